import { agentAlerts, agentRecordings } from './agent.js';
import type { Alert, Recording } from './alert.js';
import { expiryAlerts, expiryRecordings } from './expiry.js';
import { fileAlerts, portAlerts, settingAlerts } from './findings.js';
import { proxyAlerts } from './proxy.js';

/** In the order of docs/runbook.md. */
export const alerts: readonly Alert[] = [
  ...expiryAlerts,
  ...fileAlerts,
  ...settingAlerts,
  ...portAlerts,
  ...agentAlerts,
  ...proxyAlerts,
];

/** What the alerts are made of. */
export const recordings: readonly Recording[] = [...expiryRecordings, ...agentRecordings];

const factToJoin = 'a fact to join with';
const resultTwice = 'the alert reads the finding, which also knows warnings and what is not known';

/** Why a metric is in no alert; a test demands a reason for each that is in none. */
export const metricsWithoutAlert: Readonly<Record<string, string>> = {
  tidb_mtls_certificate_info: factToJoin,
  tidb_mtls_certificate_modified_timestamp_seconds: factToJoin,
  tidb_mtls_ca_changed: resultTwice,
  tidb_mtls_served_matches_file: resultTwice,
  tidb_mtls_endpoint_up: resultTwice,
  tidb_mtls_caller_accepted: resultTwice,
  tidb_mtls_unauthorizedClient_rejected: resultTwice,
  tidb_mtls_probe_duration_seconds: 'what is too slow is a timeout, and endpoint_down',
  tidb_mtls_probe_rejections_total: 'strangers are refused all the time; who should not be is in caller_rejected',
  tidb_mtls_findings: 'a sum of what has alerts of its own',
  tidb_mtls_credential_reloads_total: 'a rotation counts there; what does not end well is in reload_failed',
  tidb_mtls_reload_triggers_total:
    'a cure that helps is no alert, and served_certificate_not_on_disk says when it does not',
  tidb_mtls_probe_requests_rejected_total: 'the answer tells whoever asked; who asks is for the site to say',
  tidb_mtls_file_events_watched: 'without events the sweep sees the same changes, seconds later',
  tidb_mtls_endpoints: 'goes with tidb_mtls_instances',
  tidb_mtls_config_last_reload_success_timestamp_seconds: factToJoin,
  tidb_mtls_proxy_connections_total: 'how much traffic is right is for the site to say',
  tidb_mtls_proxy_connections_open: 'how much traffic is right is for the site to say',
  tidb_mtls_proxy_bytes_total: 'how much traffic is right is for the site to say',
  tidb_mtls_proxy_setup_seconds: 'what is too slow is refused, and counted there',
  tidb_mtls_proxy_connection_seconds: 'connections of any length are right',
  tidb_mtls_proxy_credential_version: factToJoin,
};

/** Why a check is in no alert. */
export const checksWithoutAlert: Readonly<Record<string, string>> = {
  'key-file-mode': 'TiUP writes every key so: for the page, not for whoever is on call',
  'unused-allow-list-entry': 'a name too many is work for a planned day; the page and `check` show it',
};
