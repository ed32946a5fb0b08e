import { type Threshold, thresholds } from '../../checks/thresholds.js';
import { definitions } from '../../metrics/definitions.js';
import { type Alert, file, least, port, type Recording } from './alert.js';

export const remaining = 'tidb_mtls:certificate_remaining_seconds';
const lifetime = 'tidb_mtls:certificate_lifetime_seconds';

const notAfter = definitions.notAfter.name;
const notBefore = definitions.notBefore.name;
const caNotAfter = `${definitions.caNotAfter.name}{in_use="true"}`;
const caNotBefore = definitions.caNotBefore.name;
const servedNotAfter = definitions.servedNotAfter.name;
const servedNotBefore = definitions.servedNotBefore.name;

/** Each CA certificate by itself: a file may hold the old and the new one, and all CAs of TiUP have one subject. */
const ca = `${file}, subject, fingerprint`;

/** Expiry of the certificates that ports serve, where it differs from that of the leaf on disk. */
const served = `(${least(port, servedNotAfter)} unless (${least(port, servedNotAfter)} == on (${file}) group_left () ${least(file, `${notAfter}{position="leaf"}`)}))`;

export const expiryRecordings: readonly Recording[] = [
  { record: remaining, expr: `${least(`${file}, position`, notAfter)} - time()` },
  { record: lifetime, expr: `${least(`${file}, position`, notAfter)} - ${least(`${file}, position`, notBefore)}` },
  { record: remaining, expr: `${least(ca, caNotAfter)} - time()`, labels: { position: 'ca' } },
  { record: lifetime, expr: `${least(ca, caNotAfter)} - ${least(ca, caNotBefore)}`, labels: { position: 'ca' } },
  { record: remaining, expr: `${served} - time()`, labels: { position: 'served' } },
  { record: lifetime, expr: `${served} - ${least(port, servedNotBefore)}`, labels: { position: 'served' } },
];

/** Below both limits of a threshold, for at least `sinceSeconds`. */
function below({ seconds, share }: Threshold, which = '', sinceSeconds = 0): string {
  const then = sinceSeconds === 0 ? `${remaining}${which}` : `(${remaining}${which} + ${sinceSeconds})`;
  return `(${then} < ${seconds} and ${then} < ${share} * ${lifetime}${which})`;
}

const minute = 60;
const hold = 15;

/**
 * An alert stops a minute after the next level has fired, not when that level becomes pending. The remaining time only
 * decreases, so "below the limit for so long" follows from its value now.
 */
const critical = below(thresholds.critical, '', (hold + 1) * minute);
const emergency = `(${below(thresholds.emergency)} or ${remaining} <= 0)`;
const emergencySince = below(thresholds.emergency, '', 2 * minute);

const others = '{component!="agent"}';
const agentOnly = '{component="agent"}';

export const expiryAlerts: readonly Alert[] = [
  {
    name: 'certificate_expiring',
    level: 'warning',
    for: `${hold}m`,
    expr: `${below(thresholds.warning, others)} unless ${critical}`,
    summary: 'a certificate expires soon',
    value: 'seconds',
    checks: ['certificate-validity'],
  },
  {
    name: 'certificate_expiring_critical',
    level: 'critical',
    for: `${hold}m`,
    expr: `${below(thresholds.critical)} unless ${emergencySince}`,
    summary: 'a certificate expires very soon',
    value: 'seconds',
    checks: ['certificate-validity'],
  },
  {
    name: 'certificate_expired',
    level: 'emergency',
    for: '1m',
    expr: emergency,
    summary: 'a certificate has expired, or expires within a day',
    value: 'seconds',
    checks: ['certificate-validity'],
  },
  {
    name: 'agent_identity_expiring',
    level: 'warning',
    for: `${hold}m`,
    expr: `${below(thresholds.warning, agentOnly)} unless ${critical}`,
    summary: "the agent's certificate expires soon",
    value: 'seconds',
    checks: ['certificate-validity'],
  },
  {
    name: 'certificate_not_yet_valid',
    level: 'critical',
    for: '5m',
    expr: `(${least(`${file}, position`, notBefore)} or ${least(ca, caNotBefore)} or ${least(port, servedNotBefore)}) - time() > 0`,
    summary: 'a certificate is not valid yet',
    value: 'seconds',
    checks: ['certificate-validity'],
  },
];
