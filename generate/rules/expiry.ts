import { type Threshold, thresholds } from '../../checks/thresholds.js';
import { definitions } from '../../metrics/definitions.js';
import { type Alert, file, least, port, type Recording } from './alert.js';

export const remaining = 'tidb_mtls:certificate_remaining_seconds';
const lifetime = 'tidb_mtls:certificate_lifetime_seconds';

const ends = definitions.notAfter.name;
const begins = definitions.notBefore.name;
const servedEnds = definitions.servedNotAfter.name;
const servedBegins = definitions.servedNotBefore.name;

/** What a port serves counts where it is not what the file holds: the leaf on disk speaks for the rest. */
const served = `(${least(port, servedEnds)} unless (${least(port, servedEnds)} == on (${file}) group_left () ${least(file, `${ends}{position="leaf"}`)}))`;

export const expiryRecordings: readonly Recording[] = [
  { record: remaining, expr: `${least(`${file}, position`, ends)} - time()` },
  { record: lifetime, expr: `${least(`${file}, position`, ends)} - ${least(`${file}, position`, begins)}` },
  { record: remaining, expr: `${served} - time()`, labels: { position: 'served' } },
  { record: lifetime, expr: `${served} - ${least(port, servedBegins)}`, labels: { position: 'served' } },
];

/** Below both limits, as `checks/thresholds.ts` has them, now or already since `sinceSeconds`. */
function below({ seconds, share }: Threshold, which = '', sinceSeconds = 0): string {
  const then = sinceSeconds === 0 ? `${remaining}${which}` : `(${remaining}${which} + ${sinceSeconds})`;
  return `(${then} < ${seconds} and ${then} < ${share} * ${lifetime}${which})`;
}

const minute = 60;
const hold = 15;

/**
 * The step before goes silent a minute after the next one has fired, not when that one begins to wait: what is left
 * only falls, so that "below since then" can be said without looking back.
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
    summary: 'a certificate ends soon',
    value: 'seconds',
    checks: ['certificate-validity'],
  },
  {
    name: 'certificate_expiring_critical',
    level: 'critical',
    for: `${hold}m`,
    expr: `${below(thresholds.critical)} unless ${emergencySince}`,
    summary: 'a certificate ends very soon',
    value: 'seconds',
    checks: ['certificate-validity'],
  },
  {
    name: 'certificate_expired',
    level: 'emergency',
    for: '1m',
    expr: emergency,
    summary: 'a certificate ended or is about to',
    value: 'seconds',
    checks: ['certificate-validity'],
  },
  {
    name: 'agent_identity_expiring',
    level: 'warning',
    for: `${hold}m`,
    expr: `${below(thresholds.warning, agentOnly)} unless ${critical}`,
    summary: "the agent's own certificate ends soon",
    value: 'seconds',
    checks: ['certificate-validity'],
  },
  {
    name: 'certificate_not_yet_valid',
    level: 'critical',
    for: '5m',
    expr: `(${least(`${file}, position`, begins)} or ${least(port, servedBegins)}) - time() > 0`,
    summary: 'a certificate is not valid yet',
    value: 'seconds',
    checks: ['certificate-validity'],
  },
];
