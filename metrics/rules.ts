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

function below({ seconds, share }: Threshold): string {
  return `(${remaining} < ${seconds} and ${remaining} < ${share} * ${lifetime})`;
}

const failing = (check: string) =>
  `max by (component, instance, endpoint, identity) (tidb_mtls_finding{check="${check}"}) == 3`;

const alerts: readonly Alert[] = [
  alert(
    'certificate_expiring',
    'warning',
    '15m',
    `${below(thresholds.warning)} unless ${below(thresholds.critical)}`,
    'a certificate ends soon',
    'certificate-validity',
  ),
  alert(
    'certificate_expiring_critical',
    'critical',
    '15m',
    `${below(thresholds.critical)} unless (${below(thresholds.emergency)} or ${remaining} <= 0)`,
    'a certificate ends very soon',
    'certificate-validity',
  ),
  alert(
    'certificate_expired',
    'emergency',
    '1m',
    `${below(thresholds.emergency)} or ${remaining} <= 0`,
    'a certificate ended or is about to',
    'certificate-validity',
  ),
  alert(
    'key_pair_mismatched',
    'critical',
    '2m',
    'tidb_mtls_key_pair_matched == 0',
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
    'reload_failed',
    'warning',
    '5m',
    'increase(tidb_mtls_credential_reloads_total{outcome="failure"}[15m]) > 0',
    'a changed pair could not be taken; the last good one is in use',
    'key-matches-certificate',
  ),
  alert(
    'ca_changed_not_loaded',
    'warning',
    '5m',
    'max by (component, instance) (tidb_mtls_finding{check="ca-unchanged"}) >= 2',
    'the CA file changed and what runs still trusts the old one',
    'ca-unchanged',
  ),
  alert(
    'agent_identity_expiring',
    'warning',
    '15m',
    `${below(thresholds.critical)} and on (component, instance, position) tidb_mtls_certificate_not_after_timestamp_seconds{component="agent"}`,
    "the agent's own certificate ends soon",
    'certificate-validity',
  ),
  alert(
    'agent_missing',
    'warning',
    '5m',
    '(tidb_mtls_build_info offset 15m) unless tidb_mtls_build_info',
    'an agent is not seen any more',
    'configuration',
  ),
  alert(
    'labels_overwritten',
    'warning',
    '15m',
    'count by (exported_instance) (tidb_mtls_endpoint_up{exported_instance!=""}) > 0',
    'the scrape job lacks honor_labels: true',
    'configuration',
  ),
];

function alert(name: string, level: Level, hold: string, expr: string, summary: string, check: string): Alert {
  return { name: `TiDB_mtls_${name}`, level, for: hold, expr, summary, check };
}

/** The Prometheus rule file. Nothing in it depends on `job`. */
export function renderRules(): string {
  const after = 'tidb_mtls_certificate_not_after_timestamp_seconds';
  const before = 'tidb_mtls_certificate_not_before_timestamp_seconds';
  return stringify(
    {
      groups: [
        {
          name: 'tidb-mtls.recording',
          rules: [
            { record: remaining, expr: `${after} - time()` },
            { record: lifetime, expr: `${after} - ${before}` },
          ],
        },
        {
          name: 'tidb-mtls.alerts',
          rules: alerts.map(({ name, level, expr, summary, check, for: hold }) => ({
            alert: name,
            expr,
            for: hold,
            labels: { level, severity: level === 'emergency' ? 'critical' : level },
            annotations: {
              summary,
              description:
                '{{ $labels.component }} {{ $labels.instance }} {{ $labels.endpoint }}: values: {{ $value }}',
              value: '{{ $value }}',
              runbook_url: `docs/checks.md#${check}`,
            },
          })),
        },
      ],
    },
    { lineWidth: 0 },
  );
}
