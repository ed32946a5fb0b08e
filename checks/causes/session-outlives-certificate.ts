import type { Cause } from './cause.js';
import { placeOfPort } from './place.js';

/** A TLS session stays valid without its certificate. */
export const sessionOutlivesCertificate: Cause = {
  name: 'session-outlives-certificate',
  title: 'A TLS session outlives the access of its caller',
  severity: 'hygiene',
  description:
    'The port accepts a resumed session without a certificate. A caller that was removed from the list, or whose certificate expired, keeps its access as long as the session lasts.',
  find: (scene) =>
    scene.of('resumption-rejected').flatMap((finding) => {
      const port = scene.portOf(finding);
      return port === undefined
        ? []
        : [{ place: placeOfPort(port), summary: finding.message, fixes: [finding.remediation], shownBy: [finding] }];
    }),
};
