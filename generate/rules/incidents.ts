import type { Severity } from '../../checks/causes/cause.js';
import { definitions } from '../../metrics/definitions.js';
import { type Alert, alertPrefix, file, type Level, most } from './alert.js';
import { failed } from './findings.js';

const place = `${file}, cause, place`;

function ofSeverity(severity: Severity, level: Level, hold: string, summary: string): Alert {
  return {
    name: `incident_${severity.replace('-', '_')}`,
    level,
    for: hold,
    expr: `${most(place, `${definitions.incident.name}{severity="${severity}"}`)} == ${failed}`,
    summary,
  };
}

/**
 * One alert per incident with a failed finding: a fault once, whatever it causes at other ports. They fire before the alerts
 * on findings. Warnings alone are for the page, or have an alert of their own.
 */
export const incidentAlerts: readonly Alert[] = [
  ofSeverity('failing', 'critical', '2m', 'a fault that makes calls between components fail now'),
  ofSeverity('will-fail', 'warning', '2m', 'a fault that makes calls fail at the next restart, reload or date'),
  ofSeverity('exposed', 'critical', '0s', 'a fault that leaves a port open to unauthorized clients'),
  ofSeverity('hygiene', 'warning', '2m', 'a fault that fails no call of a component'),
];

/** Alerts on metrics that incidents explain as well. */
const ofMetrics = [
  'certificate_expiring',
  'certificate_expiring_critical',
  'certificate_expired',
  'certificate_not_yet_valid',
  'agent_identity_expiring',
  'ca_files_differ',
];

/** What stays when an incident fires: an emergency, and what says that nothing is known. */
const kept = ['file_unsafe', 'endpoint_unverified'];

/**
 * The alerts that an incident of the same cluster stands for: each failed finding belongs to an incident, so that an alert
 * on it says nothing more.
 */
export function explainedAlerts(alerts: readonly Alert[]): readonly string[] {
  return alerts
    .filter(({ name, checks }) => (checks !== undefined || ofMetrics.includes(name)) && !kept.includes(name))
    .map(({ name }) => name);
}

/** The inhibition of deploy/alertmanager/alertmanager.yml. */
export function incidentInhibition(alerts: readonly Alert[]) {
  return {
    source_matchers: [`alertname =~ "${alertPrefix}(${incidentAlerts.map(({ name }) => name).join('|')})"`],
    target_matchers: [`alertname =~ "${alertPrefix}(${explainedAlerts(alerts).join('|')})"`],
    equal: ['env', 'tidb_cluster'],
  };
}
