import { proxyDefinitions } from '../../metrics/proxy-definitions.js';
import { type Alert, agent, total } from './alert.js';

const listener = `${agent}, listener`;

/** Refusals of five minutes, by what tells listeners apart. */
function rejected(reasons: string, labels = listener): string {
  return `${total(labels, `increase(${proxyDefinitions.rejected.name}{reason=~"${reasons}"}[5m])`)} > 0`;
}

export const proxyAlerts: readonly Alert[] = [
  {
    name: 'proxy_target_down',
    level: 'critical',
    for: '5m',
    expr: rejected('target-unreachable|target-refused', `${listener}, reason`),
    summary: 'the proxy does not reach its target, or the target refuses it',
  },
  {
    name: 'proxy_rejects_clients',
    level: 'warning',
    for: '15m',
    expr: rejected('no-certificate|foreign-ca|not-allowed', `${listener}, reason`),
    summary: 'somebody keeps coming to the proxy without a certificate that it lets in',
  },
  {
    name: 'proxy_full',
    level: 'warning',
    for: '5m',
    expr: rejected('too-many'),
    summary: 'the proxy has as many connections as it may and turns clients away',
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
    expr: rejected('unforeseen'),
    summary: 'the proxy ended a connection for a reason it did not foresee',
  },
];
