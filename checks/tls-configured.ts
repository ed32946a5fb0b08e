import { profiles } from '../cluster/components/profiles.js';
import type { Check } from './check.js';
import { findingOf } from './finding-of.js';

const id = 'tls-configured';

export const tlsConfigured: Check = {
  id,
  title: 'TLS is configured by all three keys',
  severity: 'fail',
  description:
    'CA, certificate and key belong together. None of them is a cluster without TLS; one or two of them is plaintext without a word, or no start at all, depending on the component. PD needs https in its URLs besides.',
  remediation: 'Set all three keys; in PD use https in every URL.',
  results: {
    fail: 'one or two of the three keys are set, or a URL says http although they are',
    warn: 'none of them is set',
  },
  run: (evidence) =>
    evidence.inventory.instances
      .filter(({ local }) => local)
      .flatMap((instance) => {
        const { ca, cert, key } = instance.security;
        const { securityKeys: keys, caOptional } = profiles[instance.component];
        const set = [ca, cert, key].filter((one) => one !== undefined).length;
        const complete = cert !== undefined && key !== undefined && (ca !== undefined || caOptional === true);
        const wanted = `${keys.ca}, ${keys.cert} and ${keys.key}`;
        if (set === 0) {
          return [
            findingOf(id, 'warn', instance, {
              message: 'no TLS is configured: its ports are plaintext',
              remediation: `set ${wanted}`,
            }),
          ];
        }
        if (!complete) {
          return [
            findingOf(id, 'fail', instance, {
              message: `only ${set} of the three TLS keys are set`,
              remediation: `set ${wanted}`,
            }),
          ];
        }
        const plain = instance.endpoints.filter(({ scheme }) => scheme === 'http');
        return plain.length === 0
          ? [
              findingOf(id, 'pass', instance, {
                message: ca ? 'all three TLS keys are set' : 'certificate and key are set',
              }),
            ]
          : plain.map((endpoint) =>
              findingOf(id, 'fail', instance, {
                endpoint,
                message: 'is configured as http although TLS keys are set: it serves plaintext',
                remediation: 'use https in its URL and restart it',
              }),
            );
      }),
};
