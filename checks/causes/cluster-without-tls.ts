import { portsOf } from '../check.js';
import type { Cause } from './cause.js';
import { isOfPlaintext } from './plaintext-port.js';

/** TLS is configured nowhere: a cluster as it is shipped, and not a fault of one component. */
export const clusterWithoutTls: Cause = {
  name: 'cluster-without-tls',
  title: 'The whole cluster is without TLS',
  severity: 'exposed',
  description:
    'No component of this host has a CA, a certificate and a key in its configuration. It is one decision, and not a fault of each port: the incident explains what every plaintext port reports.',
  find: ({ evidence, of, atPort }) => {
    const shownBy = of('tls-configured').filter((finding) => finding.evidence.reason === 'plaintext-cluster');
    const [first] = shownBy;
    return first === undefined
      ? []
      : [
          {
            place: { component: 'cluster' },
            summary: `${first.message}: whoever reaches a port can read and write`,
            fixes: [
              first.remediation,
              'with TiUP: check --before-enable --topology FILE, tiup cluster tls enable, then check --after-enable',
            ],
            shownBy,
            consequences: portsOf(evidence.inventory.instances).flatMap((port) =>
              atPort(port).filter((finding) => isOfPlaintext(finding)),
            ),
          },
        ];
  },
};
