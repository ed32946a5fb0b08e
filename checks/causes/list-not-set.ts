import { portsOf } from '../check.js';
import type { Cause } from './cause.js';
import { namedCallersOf } from './named-callers.js';
import { placeOfInstance } from './place.js';

/** A component is as it is shipped: without an allow-list. */
export const listNotSet: Cause = {
  name: 'list-not-set',
  title: 'A component has no allow-list',
  severity: 'exposed',
  description:
    'The component is configured as it is shipped, without an allow-list, and some of its ports request no client certificate without one. The fix names every caller: a list with some of them locks out the others.',
  find: (scene) =>
    scene.evidence.inventory.instances.flatMap((instance) => {
      const shownBy = portsOf([instance]).flatMap((port) =>
        scene
          .atPort(port)
          .filter(
            ({ check, status, evidence: { outcome } }) =>
              check === 'rejects-unauthorized' && status === 'warn' && outcome === 'accepted',
          ),
      );
      return shownBy.length === 0
        ? []
        : [
            {
              place: placeOfInstance(instance),
              summary: `${[...new Set(shownBy.map(({ endpoint }) => endpoint))].sort().join(' and ')} accepts clients without a certificate: no allow-list is set`,
              fixes: namedCallersOf(scene, instance),
              shownBy,
            },
          ];
    }),
};
