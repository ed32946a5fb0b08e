/** One row per metric: what code registers, what docs/metrics.md says. */
export interface MetricDefinition {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly labels: readonly string[];
  /** When a series exists, so that a query knows what absence means. */
  readonly when: string;
}

const files = ['component', 'instance'] as const;
const port = ['component', 'instance', 'endpoint'] as const;
const attempt = [...port, 'identity'] as const;
const whileReadable = 'while the file can be read';
const afterChain = 'after the first probe that saw a certificate';
const afterProbe = 'after the first probe';
const always = 'always';

export const definitions = {
  notAfter: gauge(
    'certificate_not_after_timestamp_seconds',
    'Earliest end in a credential file, by position (leaf, intermediate, ca; calling: the other pair that TiProxy calls with, and its CA).',
    [...files, 'position'],
    whileReadable,
  ),
  notBefore: gauge(
    'certificate_not_before_timestamp_seconds',
    'Beginning of the certificate with that end.',
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
  caInfo: gauge(
    'ca_info',
    'One per certificate in the CA file on disk; always 1.',
    [...files, 'subject', 'fingerprint'],
    'while this CA certificate is on disk',
  ),
  caChanged: gauge(
    'ca_changed',
    'Whether the CA file changed after what runs read it (0 or 1).',
    files,
    'while the CA file can be read',
  ),
  pairMatched: gauge(
    'key_pair_matched',
    'Whether the key on disk belongs to the certificate on disk (0 or 1).',
    files,
    'while both can be read',
  ),
  credentialError: gauge(
    'credential_error',
    'Whether a credential file has this problem now (0 or 1).',
    [...files, 'reason'],
    'for every reason, from the first look',
  ),
  servedNotAfter: gauge(
    'served_certificate_not_after_timestamp_seconds',
    'End of the leaf that the port served last.',
    port,
    afterChain,
  ),
  servedNotBefore: gauge(
    'served_certificate_not_before_timestamp_seconds',
    'Beginning of the leaf that the port served last.',
    port,
    afterChain,
  ),
  servedMatchesFile: gauge(
    'served_matches_file',
    'Whether the port serves the certificate on disk (0 or 1).',
    port,
    'when both are known',
  ),
  endpointUp: gauge(
    'endpoint_up',
    'Whether the last probe with this identity was answered (0 or 1).',
    attempt,
    afterProbe,
  ),
  callerAccepted: gauge(
    'caller_accepted',
    "Whether the port lets in a component of the agent's node (0 or 1).",
    attempt,
    'when the last probe was conclusive',
  ),
  unauthorizedClientRejected: gauge(
    'unauthorized_client_rejected',
    'Whether the port refuses a stranger (0 or 1): plaintext, anonymous, untrusted, imposter, or a component that does not call it.',
    attempt,
    'when the last visit was conclusive',
  ),
  probeSeconds: gauge('probe_duration_seconds', 'Duration of the last probe with this identity.', attempt, afterProbe),
  probes: counter(
    'probes_total',
    'Probes by outcome.',
    [...attempt, 'outcome'],
    "for the agent's own identity at once, for others after the first probe; every outcome at 0",
  ),
  rejections: counter(
    'probe_rejections_total',
    "Refusals by reason: a TLS alert's name or other-alert, close, rpc-status, http-status; certificate and name when the probe refused the server.",
    [...attempt, 'reason'],
    'after the first refusal for this reason',
  ),
  findingStatus: gauge(
    'finding',
    'Worst status of a check at its place: 0 pass, 1 unknown, 2 warn, 3 fail.',
    ['check', ...attempt],
    'while the check has something to judge',
  ),
  findings: gauge('findings', 'Findings now, by status.', ['status'], 'after the first judgement'),
  lastCheck: gauge('last_check_timestamp_seconds', 'When the checks ran last; 0 before the first time.', [], always),
  reloads: counter(
    'credential_reloads_total',
    'Changes of the pair the agent presents: taken, or refused with the last good one kept.',
    ['outcome'],
    always,
  ),
  identityCurrent: gauge(
    'identity_current',
    'Whether the agent presents the pair on disk (0 or 1); 0 where that one cannot be used, so that an older one or none is presented.',
    ['identity'],
    'for its own pair and that of each component of its node',
  ),
  reloadTriggers: counter(
    'reload_triggers_total',
    'What the agent did for ports that stayed on an old certificate (touch or failed-handshake).',
    ['kind'],
    always,
  ),
  fileChanges: counter(
    'file_changes_total',
    'Changes of credential files, by what saw them first (event or sweep).',
    ['detected_by'],
    always,
  ),
  probeRequestsRejected: counter(
    'probe_requests_rejected_total',
    'Requests to /probe that were answered without asking a port, by reason.',
    ['reason'],
    always,
  ),
  fileEvents: gauge(
    'file_events_watched',
    'Whether changes of files are seen by events (1), or by the sweep alone (0), as without inotify watches.',
    [],
    always,
  ),
  instances: gauge('instances', 'Component instances in the inventory.', ['component'], always),
  endpoints: gauge('endpoints', 'Ports in the inventory.', ['component'], always),
  configReloadOk: gauge(
    'config_last_reload_successful',
    "Whether the last reading of the agent's configuration succeeded (0 or 1).",
    [],
    always,
  ),
  configReloadAt: gauge(
    'config_last_reload_success_timestamp_seconds',
    "When the agent's configuration was last read with success.",
    [],
    always,
  ),
  webConfigReloadOk: gauge(
    'web_config_last_reload_successful',
    'Whether the last reading of the web configuration file succeeded (0 or 1).',
    [],
    always,
  ),
  buildInfo: gauge('build_info', 'The running version; always 1.', ['version', 'revision', 'nodeversion'], always),
} as const satisfies Record<string, MetricDefinition>;

export type MetricKey = keyof typeof definitions;

function gauge(name: string, help: string, labels: readonly string[], when: string): MetricDefinition {
  return { name: `tidb_mtls_${name}`, type: 'gauge', help, labels, when };
}

function counter(name: string, help: string, labels: readonly string[], when: string): MetricDefinition {
  return { name: `tidb_mtls_${name}`, type: 'counter', help, labels, when };
}
