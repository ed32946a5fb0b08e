import { agentAlerts, agentRecordings } from './agent.js';
import type { Alert, Recording } from './alert.js';
import { expiryAlerts, expiryRecordings } from './expiry.js';
import { fileAlerts, portAlerts, settingAlerts } from './findings.js';
import { incidentAlerts } from './incidents.js';
import { proxyAlerts } from './proxy.js';

/** In the order of docs/runbook.md. */
export const alerts: readonly Alert[] = [
  ...incidentAlerts,
  ...expiryAlerts,
  ...fileAlerts,
  ...settingAlerts,
  ...portAlerts,
  ...agentAlerts,
  ...proxyAlerts,
];

/** Recordings that the alerts use. */
export const recordings: readonly Recording[] = [...expiryRecordings, ...agentRecordings];

const factToJoin = 'a fact that queries join with';
const resultTwice = 'the alert reads the finding, which also has warnings and inconclusive results';

/** Why a metric is in no alert; a test demands a reason for each that is in none. */
export const metricsWithoutAlert: Readonly<Record<string, string>> = {
  tidb_mtls_certificate_info: factToJoin,
  tidb_mtls_certificate_modified_timestamp_seconds: factToJoin,
  tidb_mtls_ca_changed: resultTwice,
  tidb_mtls_served_matches_file: resultTwice,
  tidb_mtls_endpoint_up: resultTwice,
  tidb_mtls_caller_accepted: resultTwice,
  tidb_mtls_unauthorized_client_rejected: resultTwice,
  tidb_mtls_probe_duration_seconds: 'a probe that is too slow times out, which endpoint_down reports',
  tidb_mtls_probe_rejections_total:
    'negative probes are rejected all the time; caller_rejected reports callers that should be accepted',
  tidb_mtls_findings: 'a sum of findings that have alerts of their own',
  tidb_mtls_credential_reloads_total: 'every rotation is counted; reload_failed reports the failures',
  tidb_mtls_reload_triggers_total:
    'a reload that works needs no alert; served_certificate_not_on_disk reports the others',
  tidb_mtls_probe_requests_rejected_total:
    'the answer has the reason, and the site decides which requests are expected',
  tidb_mtls_file_events_watched: 'without events the sweep detects the same changes seconds later',
  tidb_mtls_discovery_left_out_instances: 'the finding of the check configuration has an alert',
  tidb_mtls_endpoints: 'agent_watches_nothing reads tidb_mtls_instances',
  tidb_mtls_config_last_reload_success_timestamp_seconds: factToJoin,
  tidb_mtls_proxy_connections_total: 'the site decides how much traffic is expected',
  tidb_mtls_proxy_connections_open: 'the site decides how much traffic is expected',
  tidb_mtls_proxy_bytes_total: 'the site decides how much traffic is expected',
  tidb_mtls_proxy_setup_seconds: 'a connection that takes too long is rejected, and counted as such',
  tidb_mtls_proxy_connection_seconds: 'a connection may have any duration',
  tidb_mtls_proxy_credential_version: factToJoin,
};

/** Why a check is in no alert. */
export const checksWithoutAlert: Readonly<Record<string, string>> = {
  'lifetime-covers-reload':
    'what it says comes true only later; `certificate_expiring` and `served_certificate_not_on_disk` then fire',
  coverage: 'agent_watches_nothing reports an empty inventory; negative probes are turned off by whoever configures it',
  'key-file-mode': 'TiUP writes every key with this mode; the page and `check` show it',
  'unused-allow-list-entry': 'an unused name is not urgent; the page and `check` show it',
};
