import { proxyDefinitions } from '../../metrics/proxy-definitions.js';
import { type Alert, agent, total } from './alert.js';

const listener = `${agent}, listener`;

/** Whether connections were rejected for these reasons in the last five minutes. */
function rejected(reasons: string, labels = listener): string {
  return `${total(labels, `increase(${proxyDefinitions.rejected.name}{reason=~"${reasons}"}[5m])`)} > 0`;
}

export const proxyAlerts: readonly Alert[] = [
  {
    name: 'proxy_target_down',
    level: 'critical',
    for: '5m',
    expr: rejected('target-unreachable|target-handshake-failed|target-rejected', `${listener}, reason`),
    summary: 'the proxy cannot reach its target, or the target rejects it',
  },
  {
    name: 'proxy_rejects_clients',
    level: 'warning',
    for: '15m',
    expr: rejected('no-certificate|invalid-certificate|not-authorized', `${listener}, reason`),
    summary: 'a client without an authorized certificate keeps connecting to the proxy',
  },
  {
    name: 'proxy_full',
    level: 'warning',
    for: '5m',
    expr: rejected('connection-limit'),
    summary: 'the proxy has reached max-connections and rejects clients',
  },
  {
    name: 'proxy_cannot_accept',
    level: 'critical',
    for: '0s',
    expr: `${total(listener, `increase(${proxyDefinitions.acceptErrors.name}[5m])`)} > 0`,
    summary: 'the proxy cannot accept connections',
  },
  {
    name: 'proxy_fault',
    level: 'warning',
    for: '0s',
    expr: rejected('internal-error'),
    summary: 'the proxy closed a connection because of an internal error',
  },
];
