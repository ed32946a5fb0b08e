import type { Cause } from './cause.js';
import { placeOfInstance } from './place.js';
import { grouped } from './scene.js';

/** Certificates are issued for less than the time in which their process reloads. */
export const lifetimeTooShort: Cause = {
  name: 'lifetime-too-short',
  title: 'Certificates are issued for less than their process needs to reload them',
  severity: 'will-fail',
  description:
    'The process keeps a certificate until its restart, or takes longer to reload it than it is valid: each renewal comes too late. Longer lifetimes, or a restart after each renewal, are the fix.',
  find: (scene) =>
    [...grouped(scene.of('lifetime-covers-reload'), (one) => `${one.component} ${one.instance}`).values()].flatMap(
      (shownBy) => {
        const [first] = shownBy;
        const instance = first && scene.instanceOf(first);
        return first === undefined || instance === undefined
          ? []
          : [
              {
                place: placeOfInstance(instance),
                summary: first.message,
                fixes: [...new Set(shownBy.map(({ remediation }) => remediation))],
                shownBy,
              },
            ];
      },
    ),
};
