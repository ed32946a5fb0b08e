import { severalNamesSince } from '../../cluster/components/profile.js';
import type { Cause } from './cause.js';
import { placeOfSetting } from './place.js';

/** A setting that this release does not support. */
export const versionLimit: Cause = {
  name: 'version-limit',
  title: 'A setting is beyond what the release supports',
  severity: 'will-fail',
  description: `The configuration is right for a later release. PD before ${severalNamesSince} does not start with an allow-list of several names.`,
  find: (scene) =>
    scene.of('survives-restart').flatMap((finding) => {
      const instance = scene.instanceOf(finding);
      const reasons = [finding.evidence.reasons ?? []].flat();
      return instance === undefined || !reasons.includes('list-too-long')
        ? []
        : [
            {
              place: placeOfSetting(instance, instance.security.allowedCommonNames?.origin),
              summary: finding.message,
              fixes: [
                `do not restart ${instance.component} before one of these is done`,
                `keep one name in the allow-list, or upgrade to ${severalNamesSince} or later`,
              ],
              shownBy: [finding],
            },
          ];
    }),
};
