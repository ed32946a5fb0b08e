import { findingSeries, type Series, tikv } from './promtool.js';

/** A series with a bad value, and the alert that fires after `hold` minutes. */
export interface AlertState {
  readonly alert: string;
  readonly series: string;
  readonly bad: string;
  /** Undefined if the series disappears instead. */
  readonly good?: string;
  readonly hold: number;
}

const self = 'instance="a:10793",agent="a"';

function finding(alert: string, check: string, hold: number, bad = '3', more = ''): AlertState {
  return { alert, series: findingSeries(check, '', more).series, bad, good: '0', hold };
}

function state(alert: string, series: string, hold: number, bad = '0', good = '1'): AlertState {
  return { alert, series, bad, good, hold };
}

export const states: readonly AlertState[] = [
  state(
    'certificate_not_yet_valid',
    `tidb_mtls_certificate_not_before_timestamp_seconds{${tikv},position="leaf"}`,
    5,
    '99999',
    '1',
  ),
  state('credential_unreadable', `tidb_mtls_credential_error{${tikv},reason="not_pem"}`, 5, '1', '0'),
  ...(
    [
      ['failing', 2],
      ['will-fail', 2],
      ['exposed', 0],
      ['hygiene', 2],
    ] as const
  ).map(([severity, hold]) =>
    state(
      `incident_${severity.replace('-', '_')}`,
      `tidb_mtls_incident{${tikv},cause="key-mismatch",severity="${severity}",place="tikv h:1"}`,
      hold,
      '3',
      '2',
    ),
  ),
  finding('file_unsafe', 'file-safe', 0),
  state('key_pair_mismatched', `tidb_mtls_key_pair_matched{${tikv}}`, 2),
  finding('certificate_not_trusted', 'verifies-under-ca', 5),
  finding('key_usage_missing', 'key-usages', 5),
  finding('name_missing', 'names-cover-addresses', 5),
  finding('name_missing', 'names-cover-source', 5),
  finding('restart_would_fail', 'survives-restart', 5),
  finding('ca_changed_not_loaded', 'ca-unchanged', 5, '2'),
  finding('ca_changed_not_loaded', 'trusts-ca-on-disk', 5),
  finding('configuration_unusable', 'configuration', 15),
  finding('sources_disagree', 'sources-agree', 15),
  finding('tls_not_configured', 'tls-configured', 5),
  finding('caller_not_listed', 'caller-in-allow-list', 15),
  finding('own_name_not_in_list', 'own-name-in-list', 5),
  finding('endpoint_down', 'endpoint-answers', 3),
  finding('endpoint_unverified', 'endpoint-answers', 30, '1'),
  finding('caller_rejected', 'caller-accepted', 3),
  finding('peers_separated', 'peers-reach-each-other', 5),
  finding('server_not_trusted', 'server-verifies', 3),
  finding('unauthorized_client_accepted', 'rejects-unauthorized', 0),
  {
    ...finding('plaintext_answered', 'rejects-unauthorized', 0),
    series: `tidb_mtls_finding{check="rejects-unauthorized",${tikv},endpoint="grpc",identity="plaintext"}`,
  },
  finding('certificate_not_requested', 'requests-certificate', 5),
  finding('session_outlives_certificate', 'resumption-rejected', 60, '2'),
  finding('served_certificate_not_on_disk', 'served-matches-file', 15),
  state('agent_watches_nothing', `tidb_mtls_instances{${self},component="tikv"}`, 15),
  state('reload_failed', `tidb_mtls_identity_current{${self},identity="agent"}`, 5),
  state('agent_config_not_reloaded', `tidb_mtls_config_last_reload_successful{${self}}`, 5),
  state('web_config_not_reloaded', `tidb_mtls_web_config_last_reload_successful{${self}}`, 5),
  {
    alert: 'labels_overwritten',
    series: `tidb_mtls_finding{check="x",instance="a:10793",exported_instance="h:20180"}`,
    bad: '3',
    hold: 15,
  },
];

/** A counter that increases for 30 minutes, and the alert that fires after `hold` minutes. */
export interface AlertCounter {
  readonly alert: string;
  readonly series: string;
  readonly hold: number;
}

function rejected(alert: string, reason: string, hold: number): AlertCounter {
  return { alert, series: `tidb_mtls_proxy_rejections_total{${self},listener="l",reason="${reason}"}`, hold };
}

export const counters: readonly AlertCounter[] = [
  rejected('proxy_target_down', 'target-unreachable', 5),
  rejected('proxy_target_down', 'target-handshake-failed', 5),
  rejected('proxy_target_down', 'target-rejected', 5),
  rejected('proxy_rejects_clients', 'invalid-certificate', 15),
  rejected('proxy_full', 'connection-limit', 5),
  { alert: 'proxy_cannot_accept', series: `tidb_mtls_proxy_accept_errors_total{${self},listener="l"}`, hold: 0 },
  rejected('proxy_fault', 'internal-error', 0),
];

/** Alerts that have scenarios in other tests. */
export const byThemselves: readonly string[] = [
  'certificate_expiring',
  'certificate_expiring_critical',
  'certificate_expired',
  'agent_identity_expiring',
  'ca_files_differ',
  'endpoint_flapping',
  'agent_missing',
  'agent_stuck',
  'agent_versions_differ',
  'file_events_missing',
];

export function agentSeries(name: string, values: string, labels = ''): Series {
  return { series: `tidb_mtls_${name}{${self}${labels}}`, values };
}
