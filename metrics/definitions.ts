/** One row per metric. The registry and docs/metrics.md are made from these rows. */
export interface MetricDefinition {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly labels: readonly string[];
  /** When a series exists. A query has to know what its absence means. */
  readonly when: string;
}

const files = ['component', 'instance'] as const;
const port = ['component', 'instance', 'endpoint'] as const;
const attempt = [...port, 'identity'] as const;
const whileReadable = 'while the file can be read';
const afterChain = 'after the first probe that received a certificate';
const afterProbe = 'after the first probe';
const always = 'always';

export const definitions = {
  notAfter: gauge(
    'certificate_not_after_timestamp_seconds',
    'Expiry of the leaf on disk, and the earliest of the intermediates in use, by position (leaf, intermediate; calling: the separate client certificate of TiProxy). CAs have a metric of their own.',
    [...files, 'position'],
    whileReadable,
  ),
  notBefore: gauge(
    'certificate_not_before_timestamp_seconds',
    'Start of validity of the certificate with that expiry.',
    [...files, 'position'],
    whileReadable,
  ),
  modifiedAt: gauge(
    'certificate_modified_timestamp_seconds',
    'When the certificate file was written.',
    files,
    whileReadable,
  ),
  certificateInfo: gauge(
    'certificate_info',
    'The leaf on disk; always 1.',
    [...files, 'subject', 'issuer', 'serial_number', 'fingerprint'],
    'while this leaf is on disk',
  ),
  caNotAfter: gauge(
    'ca_certificate_not_after_timestamp_seconds',
    'Expiry of each certificate in the CA file on disk. `in_use` is true where the certificate on disk verifies by it, and false where it only lies in the file. `key_fingerprint`, the SHA-256 of the public key, stays when a CA is renewed with its key.',
    [...files, 'subject', 'serial_number', 'fingerprint', 'key_fingerprint', 'in_use'],
    'while this CA certificate is on disk',
  ),
  caNotBefore: gauge(
    'ca_certificate_not_before_timestamp_seconds',
    'Start of validity of each certificate in the CA file on disk that is in use.',
    [...files, 'subject', 'fingerprint'],
    'while this CA certificate is on disk and in use',
  ),
  caChanged: gauge(
    'ca_changed',
    'Whether the CA file changed after the running process read it (0 or 1).',
    files,
    'while the CA file can be read',
  ),
  keyPairMatched: gauge(
    'key_pair_matched',
    'Whether the key on disk matches the certificate on disk (0 or 1).',
    files,
    'while both can be read',
  ),
  credentialError: gauge(
    'credential_error',
    'Whether a credential file has this problem now (0 or 1).',
    [...files, 'reason'],
    'for every reason, after the first scan',
  ),
  servedNotAfter: gauge(
    'served_certificate_not_after_timestamp_seconds',
    'Expiry of the leaf certificate that the port served last.',
    port,
    afterChain,
  ),
  servedNotBefore: gauge(
    'served_certificate_not_before_timestamp_seconds',
    'Start of validity of the leaf certificate that the port served last.',
    port,
    afterChain,
  ),
  servedMatchesFile: gauge(
    'served_matches_file',
    'Whether the port serves the certificate on disk (0 or 1).',
    port,
    'when both certificates are known',
  ),
  endpointUp: gauge(
    'endpoint_up',
    'Whether the last probe with this identity was answered over mutual TLS (0 or 1).',
    attempt,
    afterProbe,
  ),
  callerAccepted: gauge(
    'caller_accepted',
    "Whether the port accepts the certificate of a component of the agent's node (0 or 1), by identity.",
    attempt,
    'when the last probe was conclusive',
  ),
  unauthorizedClientRejected: gauge(
    'unauthorized_client_rejected',
    'Whether the port rejects an unauthorized client (0 or 1), by identity: plaintext, no-certificate, foreign-ca, wrong-name, or a component that does not call it.',
    attempt,
    'when the last negative probe was conclusive',
  ),
  probeSeconds: gauge('probe_duration_seconds', 'Duration of the last probe with this identity.', attempt, afterProbe),
  probes: counter(
    'probes_total',
    'Probes by outcome.',
    [...attempt, 'outcome'],
    'for the identity agent at once, for others after the first probe; every outcome from 0',
  ),
  rejections: counter(
    'probe_rejections_total',
    'Rejections by reason: the name of a TLS alert or other-alert, close, rpc-status, http-status; certificate and name when the probe rejected the server.',
    [...attempt, 'reason'],
    'after the first rejection for this reason',
  ),
  findingStatus: gauge(
    'finding',
    'Worst status of a check for these labels: 0 pass, 1 unknown, 2 warn, 3 fail.',
    ['check', ...attempt],
    'while the check applies',
  ),
  incident: gauge(
    'incident',
    'Each fault that is found, once: 2 where its findings are warnings, 3 where one of them failed. A cause at a place explains its findings, also those of other ports.',
    ['cause', 'severity', 'component', 'instance', 'place'],
    'while the incident lasts',
  ),
  findings: gauge('findings', 'Current findings by status.', ['status'], 'after the first evaluation'),
  lastCheck: gauge('last_check_timestamp_seconds', 'When the checks ran last; 0 before the first run.', [], always),
  reloads: counter(
    'credential_reloads_total',
    'Reloads of a certificate and key that the agent presents; after a failure the last good ones stay in use.',
    ['outcome'],
    always,
  ),
  identityCurrent: gauge(
    'identity_current',
    'Whether the agent presents the certificate on disk (0 or 1). At 0 the files cannot be used, and the agent presents the last good certificate, or none.',
    ['identity'],
    'for the identity agent and for each component of its host',
  ),
  reloadTriggers: counter(
    'reload_triggers_total',
    'Reloads that the agent triggered on ports that serve an old certificate, by kind (touch or failed-handshake).',
    ['kind'],
    always,
  ),
  fileChanges: counter(
    'file_changes_total',
    'Changes of credential files, by what detected them first (event or sweep).',
    ['detected_by'],
    always,
  ),
  probeRequestsRejected: counter(
    'probe_requests_rejected_total',
    'Requests to /probe that were answered without a probe, by reason.',
    ['reason'],
    always,
  ),
  fileEvents: gauge(
    'file_events_watched',
    'Whether file events are available (1), or changes are detected by the sweep alone (0), for example without inotify watches.',
    [],
    always,
  ),
  instances: gauge('instances', 'Component instances in the inventory.', ['component'], always),
  endpoints: gauge('endpoints', 'Ports in the inventory.', ['component'], always),
  leftOut: gauge(
    'discovery_left_out_instances',
    'Instances that PD names beyond the bound on those that nothing else declares; they are not probed.',
    [],
    always,
  ),
  configReloadOk: gauge(
    'config_last_reload_successful',
    "Whether the last reload of the agent's configuration succeeded (0 or 1).",
    [],
    always,
  ),
  configReloadAt: gauge(
    'config_last_reload_success_timestamp_seconds',
    "When the agent's configuration was last loaded successfully.",
    [],
    always,
  ),
  webConfigReloadOk: gauge(
    'web_config_last_reload_successful',
    'Whether the last reload of the web configuration file succeeded (0 or 1).',
    [],
    always,
  ),
  buildInfo: gauge('build_info', 'The running version; always 1.', ['version', 'revision', 'nodeversion'], always),
} as const satisfies Record<string, MetricDefinition>;

export type MetricKey = keyof typeof definitions;

function gauge(name: string, help: string, labels: readonly string[], when: string) {
  return { name: `tidb_mtls_${name}`, type: 'gauge', help, labels, when } as const;
}

function counter(name: string, help: string, labels: readonly string[], when: string) {
  return { name: `tidb_mtls_${name}`, type: 'counter', help, labels, when } as const;
}
