import type { Cause } from './cause.js';
import { placeOfSetting } from './place.js';

/** An allow-list holds a name that never calls. */
export const unusedListEntry: Cause = {
  name: 'unused-list-entry',
  title: 'An allow-list holds a name that never calls',
  severity: 'hygiene',
  description:
    'An entry of the list is the Common Name of a component or tool that calls none of its ports: whoever holds that certificate can connect.',
  find: (scene) =>
    scene.of('unused-allow-list-entry').flatMap((finding) => {
      const instance = scene.instanceOf(finding);
      return instance === undefined
        ? []
        : [
            {
              place: placeOfSetting(instance, instance.security.allowedCommonNames?.origin),
              about: String(finding.evidence.entry),
              summary: finding.message,
              fixes: [finding.remediation, `restart ${instance.component}`],
              shownBy: [finding],
            },
          ];
    }),
};
