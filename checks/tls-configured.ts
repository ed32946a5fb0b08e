import { profiles } from '../cluster/components/profiles.js';
import type { Instance } from '../cluster/inventory/inventory.js';
import type { Check } from './check.js';
import { type Finding, findingOf } from './finding.js';

const id = 'tls-configured';

export const tlsConfigured: Check = {
  id,
  title: 'All three TLS paths are set',
  severity: 'fail',
  description:
    'TLS needs a CA, a certificate and a key. Without all three the cluster has no TLS. With one or two of them some components serve plaintext without a log line, and others do not start. PD also needs https in its URLs.',
  remediation: 'Set all three paths; in PD use https in every URL.',
  statuses: {
    fail: 'one or two of the three paths are set, or a URL is http although all three are set',
    warn: 'none of them is set',
  },
  run: (evidence) => evidence.inventory.instances.filter(({ local }) => local).flatMap(evaluate),
};

function evaluate(instance: Instance): readonly Finding[] {
  const { ca, cert, key } = instance.security;
  const { securityKeys: keys, caOptional } = profiles[instance.component];
  const set = [ca, cert, key].filter((one) => one !== undefined).length;
  const complete = cert !== undefined && key !== undefined && (ca !== undefined || caOptional === true);
  const remediation = `set ${keys.ca}, ${keys.cert} and ${keys.key}`;
  if (set === 0) {
    const message = 'no TLS is configured: its ports serve plaintext';
    return [findingOf(id, 'warn', instance, { message, remediation })];
  }
  if (!complete) {
    return [findingOf(id, 'fail', instance, { message: `only ${set} of the three TLS paths are set`, remediation })];
  }
  const plain = instance.endpoints.filter(({ scheme }) => scheme === 'http');
  return plain.length === 0
    ? [
        findingOf(id, 'pass', instance, {
          message: ca ? 'all three TLS paths are set' : 'certificate and key are set',
        }),
      ]
    : plain.map((endpoint) =>
        findingOf(id, 'fail', instance, {
          endpoint,
          message: 'serves plaintext: its URL is http, although the TLS paths are set',
          remediation: 'write https in its URL and restart it',
        }),
      );
}
