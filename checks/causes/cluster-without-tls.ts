import { portsOf } from '../check.js';
import type { Cause } from './cause.js';

/** TLS is configured nowhere: a cluster as it is shipped, and not a fault of one component. */
export const clusterWithoutTls: Cause = {
  name: 'cluster-without-tls',
  title: 'The whole cluster is without TLS',
  severity: 'exposed',
  description:
    'No component of this host has a CA, a certificate and a key in its configuration. It is one decision, and not a fault of each port: the incident explains what every plaintext port reports.',
  find: ({ evidence, of, atPort }) => {
    const local = evidence.inventory.instances.filter((instance) => instance.local);
    const without = of('tls-configured').filter(({ evidence }) => evidence.paths === 0);
    return local.length < 2 || without.length < local.length
      ? []
      : [
          {
            place: { component: 'cluster' },
            summary: `none of the ${local.length} components on this host has TLS: whoever reaches a port can read and write`,
            fixes: [
              'check check --before-enable --topology FILE, then enable TLS, as with tiup cluster tls enable',
              'then check check --after-enable',
            ],
            shownBy: without,
            consequences: portsOf(local).flatMap((port) =>
              atPort(port).filter(
                ({ evidence, identity, status }) =>
                  evidence.outcome === 'not-tls' || identity === 'plaintext' || status === 'unknown',
              ),
            ),
          },
        ];
  },
};
