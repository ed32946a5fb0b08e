import type { ComponentName } from '../../cluster/components/profile.js';
import type { Cause } from './cause.js';

/** Two sources have different lists. */
export const sourcesDiffer: Cause = {
  name: 'sources-differ',
  title: 'Two sources have different allow-lists',
  severity: 'hygiene',
  description:
    'The configuration file and the topology, or two files, have different allow-lists for one port. The next deployment overwrites one of them.',
  find: ({ of }) =>
    of('sources-agree')
      .filter(({ evidence }) => evidence.reason === 'list-disagrees')
      .map((finding) => {
        const { component, address } = finding.evidence;
        return {
          place: { component: component as ComponentName, instance: String(address) },
          summary: finding.message,
          fixes: [finding.remediation],
          shownBy: [finding],
        };
      }),
};
