/** One row per metric: what code registers, what docs/metrics.md says. */
export interface MetricDefinition {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly labels: readonly string[];
}

const port = ['component', 'instance', 'endpoint'] as const;
const files = ['component', 'instance'] as const;

export const definitions = {
  notAfter: gauge(
    'certificate_not_after_timestamp_seconds',
    'Earliest end in a credential file, by position (leaf, intermediate, ca).',
    [...files, 'position'],
  ),
  notBefore: gauge('certificate_not_before_timestamp_seconds', 'Beginning of the certificate with that end.', [
    ...files,
    'position',
  ]),
  certificateInfo: gauge('certificate_info', 'The leaf on disk; always 1, and gone when the file changes.', [
    ...files,
    'subject',
    'issuer',
    'serial_number',
    'fingerprint',
  ]),
  caInfo: gauge('ca_info', 'One per certificate in the CA file on disk; always 1.', [
    ...files,
    'subject',
    'fingerprint',
  ]),
  pairMatched: gauge('key_pair_matched', 'Whether the key on disk belongs to the certificate on disk (0 or 1).', files),
  credentialError: gauge(
    'credential_error',
    'Whether a credential file has this problem now (always 1; no series without one).',
    [...files, 'reason'],
  ),
  servedNotAfter: gauge(
    'served_certificate_not_after_timestamp_seconds',
    'End of the leaf that the port served last.',
    port,
  ),
  servedNotBefore: gauge(
    'served_certificate_not_before_timestamp_seconds',
    'Beginning of the leaf that the port served last.',
    port,
  ),
  endpointUp: gauge('endpoint_up', 'Whether the last probe with this identity was answered (0 or 1).', [
    ...port,
    'identity',
  ]),
  probeSeconds: gauge('probe_duration_seconds', 'Duration of the last probe with this identity.', [
    ...port,
    'identity',
  ]),
  probes: counter('probes_total', 'Probes by outcome.', [...port, 'identity', 'outcome']),
  findingStatus: gauge('finding', 'Worst status of a check at its place: 0 pass, 1 skip, 2 warn, 3 fail.', [
    'check',
    ...port,
    'identity',
  ]),
  findings: gauge('findings', 'Findings now, by status.', ['status']),
  reloads: counter(
    'credential_reloads_total',
    'Changes of the pairs the agent presents: taken, or refused with the last good one kept.',
    ['outcome'],
  ),
  fileChanges: counter('file_changes_total', 'Changes of credential files, by what saw them first (event or sweep).', [
    'seen_by',
  ]),
  instances: gauge('instances', 'Component instances in the inventory.', ['component']),
  configReloadOk: gauge(
    'config_last_reload_successful',
    "Whether the last reading of the agent's configuration succeeded (0 or 1).",
    [],
  ),
  configReloadAt: gauge(
    'config_last_reload_success_timestamp_seconds',
    "When the agent's configuration was last read with success.",
    [],
  ),
  buildInfo: gauge('build_info', 'The running version; always 1.', ['version', 'nodeversion']),
} as const satisfies Record<string, MetricDefinition>;

function gauge(name: string, help: string, labels: readonly string[]): MetricDefinition {
  return { name: `tidb_mtls_${name}`, type: 'gauge', help, labels };
}

function counter(name: string, help: string, labels: readonly string[]): MetricDefinition {
  return { name: `tidb_mtls_${name}`, type: 'counter', help, labels };
}
