import { stringify } from 'yaml';
import { type Threshold, thresholds } from '../checks/thresholds.js';

type Level = 'warning' | 'critical' | 'emergency';

interface Alert {
  readonly name: string;
  readonly level: Level;
  readonly for: string;
  readonly expr: string;
  readonly summary: string;
  readonly check: string;
}

const remaining = 'tidb_mtls:certificate_remaining_seconds';
const lifetime = 'tidb_mtls:certificate_lifetime_seconds';

/** What tells clusters apart in one Prometheus; a label that a site does not set costs nothing. */
const cluster = 'k8s_cluster, tidb_cluster, cluster, kubernetes_namespace';
const file = `${cluster}, component, instance`;
const port = `${file}, endpoint`;

/** Several agents may see one thing, each with its own clock: the worst of them speaks, so that none flaps. */
function least(labels: string, expr: string): string {
  return `min by (${labels}) (${expr})`;
}

function most(labels: string, expr: string): string {
  return `max by (${labels}) (${expr})`;
}

/** Below both limits, as `checks/thresholds.ts` has them. */
function below({ seconds, share }: Threshold, which = ''): string {
  return `(${remaining}${which} < ${seconds} and ${remaining}${which} < ${share} * ${lifetime}${which})`;
}

function failing(check: string): string {
  return `${most(`${port}, identity`, `tidb_mtls_finding{check="${check}"}`)} == 3`;
}

const ends = 'tidb_mtls_certificate_not_after_timestamp_seconds';
const begins = 'tidb_mtls_certificate_not_before_timestamp_seconds';
const servedEnds = 'tidb_mtls_served_certificate_not_after_timestamp_seconds';
const servedBegins = 'tidb_mtls_served_certificate_not_before_timestamp_seconds';

/** What a port serves counts where it is not what the file holds: the leaf on disk speaks for the rest. */
const served = `(${least(port, servedEnds)} unless (${least(port, servedEnds)} == on (${file}) group_left () ${least(file, `${ends}{position="leaf"}`)}))`;

const recordings = [
  { record: remaining, expr: `${least(`${file}, position`, ends)} - time()` },
  {
    record: lifetime,
    expr: `${least(`${file}, position`, ends)} - ${least(`${file}, position`, begins)}`,
  },
  { record: remaining, expr: `${served} - time()`, labels: { position: 'served' } },
  { record: lifetime, expr: `${served} - ${least(port, servedBegins)}`, labels: { position: 'served' } },
];

const others = '{component!="agent"}';
const agent = '{component="agent"}';
const emergency = `(${below(thresholds.emergency)} or ${remaining} <= 0)`;
const failed = (outcome: string) =>
  `${most(`${cluster}, instance`, `increase(tidb_mtls_credential_reloads_total{outcome="${outcome}"}[15m])`)} > 0`;

const alerts: readonly Alert[] = [
  alert(
    'certificate_expiring',
    'warning',
    '15m',
    `${below(thresholds.warning, others)} unless (${below(thresholds.critical)} or ${remaining} <= 0)`,
    'a certificate ends soon',
    'certificate-validity',
  ),
  alert(
    'certificate_expiring_critical',
    'critical',
    '15m',
    `${below(thresholds.critical)} unless ${emergency}`,
    'a certificate ends very soon',
    'certificate-validity',
  ),
  alert(
    'certificate_expired',
    'emergency',
    '1m',
    emergency,
    'a certificate ended or is about to',
    'certificate-validity',
  ),
  alert(
    'agent_identity_expiring',
    'warning',
    '15m',
    `${below(thresholds.warning, agent)} unless (${below(thresholds.critical)} or ${remaining} <= 0)`,
    "the agent's own certificate ends soon",
    'certificate-validity',
  ),
  alert(
    'key_pair_mismatched',
    'critical',
    '2m',
    `${least(file, 'tidb_mtls_key_pair_matched')} == 0`,
    'key and certificate on disk do not belong together',
    'key-matches-certificate',
  ),
  alert(
    'served_certificate_not_on_disk',
    'warning',
    '15m',
    failing('served-matches-file'),
    'a port serves another certificate than the one on disk',
    'served-matches-file',
  ),
  alert(
    'endpoint_down',
    'critical',
    '3m',
    failing('endpoint-answers'),
    'a port does not answer over mutual TLS',
    'endpoint-answers',
  ),
  alert(
    'caller_refused',
    'critical',
    '3m',
    failing('caller-admitted'),
    'a component would be refused by a port it calls',
    'caller-admitted',
  ),
  alert(
    'stranger_admitted',
    'critical',
    '0s',
    failing('strangers-refused'),
    'a port lets in somebody whom its configuration refuses',
    'strangers-refused',
  ),
  alert(
    'file_unsafe',
    'emergency',
    '0s',
    `${most(file, 'tidb_mtls_finding{check="file-safe"}')} == 3`,
    'a credential file is one that the running component does not survive reading',
    'file-safe',
  ),
  alert(
    'restart_would_fail',
    'critical',
    '5m',
    `${most(file, 'tidb_mtls_finding{check="survives-restart"}')} == 3`,
    'a component would not start again with its files as they are',
    'survives-restart',
  ),
  // A certificate written seconds before its key is refused once and taken at once after: that is a rotation.
  alert(
    'reload_failed',
    'warning',
    '5m',
    `${failed('failure')} unless ${failed('success')}`,
    'a changed pair could not be taken; the last good one is in use',
    'key-matches-certificate',
  ),
  alert(
    'ca_changed_not_loaded',
    'warning',
    '5m',
    `${most(file, 'tidb_mtls_finding{check="ca-unchanged"}')} >= 2`,
    'the CA file changed and what runs still trusts the old one',
    'ca-unchanged',
  ),
  // Components of one cluster whose CA files do not hold the same CAs, by key, whatever their names.
  alert(
    'ca_files_differ',
    'warning',
    '1h',
    `count by (${cluster}) (count by (${cluster}, component, instance) (tidb_mtls_ca_info${others})) > on (${cluster}) group_right () count by (${cluster}, fingerprint) (count by (${cluster}, component, instance, fingerprint) (tidb_mtls_ca_info${others}))`,
    'a CA is in the files of some components and not of others',
    'ca-unchanged',
  ),
  // By instance alone: an upgraded agent is another version, not a missing one.
  alert(
    'agent_missing',
    'warning',
    '5m',
    `${most(`${cluster}, instance`, 'tidb_mtls_build_info offset 15m')} unless ${most(`${cluster}, instance`, 'tidb_mtls_build_info')}`,
    'an agent is not seen any more',
    'configuration',
  ),
  alert(
    'labels_overwritten',
    'warning',
    '15m',
    `count by (${cluster}, instance) (tidb_mtls_finding{exported_instance!=""} or tidb_mtls_finding{exported_component!=""}) > 0`,
    'the scrape job lacks honor_labels: true',
    'configuration',
  ),
];

function alert(name: string, level: Level, hold: string, expr: string, summary: string, check: string): Alert {
  return { name: `TiDB_mtls_${name}`, level, for: hold, expr, summary, check };
}

/**
 * The Prometheus rule file. Nothing in it depends on `job`. One group, because the rules of a group run in order: an
 * alert never meets the recordings of the round before.
 */
export function renderRules(): string {
  const rules = alerts.map(({ name, level, expr, summary, check, for: hold }) => ({
    alert: name,
    expr,
    for: hold,
    labels: { level, severity: level === 'emergency' ? 'critical' : level },
    annotations: {
      summary,
      description: `${where}, values: ${check === 'certificate-validity' ? '{{ $value | humanizeDuration }}' : '{{ $value }}'}`,
      value: '{{ $value }}',
      runbook_url: `docs/checks.md#${check}`,
    },
  }));
  return stringify({ groups: [{ name: 'tidb-mtls', rules: [...recordings, ...rules] }] }, { lineWidth: 0 });
}

/** Labels an alert lacks are left out of its text. */
const where = [
  '{{ with $labels.component }}component: {{ . }}, {{ end }}instance: {{ $labels.instance }}',
  ...['endpoint', 'identity', 'position'].map((label) => `{{ with $labels.${label} }}, ${label}: {{ . }}{{ end }}`),
].join('');
