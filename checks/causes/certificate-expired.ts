import { credentialsInUse } from '../credentials-in-use.js';
import { durationText } from '../duration-text.js';
import type { Cause } from './cause.js';
import { ofCertificate } from './consequences.js';
import { issueAgain } from './fixes.js';
import { placeOfOwner } from './place.js';

/** The leaf on disk has expired. Where the file is renewed already, the cause is another one. */
export const certificateExpired: Cause = {
  name: 'certificate-expired',
  title: 'A certificate on disk has expired',
  severity: 'failing',
  description:
    'The certificate in the file has expired: callers reject the port, and ports reject the component. Where only the certificate served has expired and the file is renewed, the cause is `served-certificate-expired`, and nothing has to be issued.',
  find: (scene) =>
    credentialsInUse(scene.evidence).flatMap((credentials) => {
      const { owner, facts } = credentials;
      const { cert = '' } = facts.paths;
      const [leaf] = facts.chain ?? [];
      return leaf === undefined || leaf.notAfter > scene.evidence.now
        ? []
        : [
            {
              place: placeOfOwner(owner, cert),
              summary: `${cert} expired ${durationText(leaf.notAfter.getTime() - scene.evidence.now.getTime())} ago: its callers and the ports that it calls reject it`,
              since: leaf.notAfter,
              fixes: issueAgain(credentials),
              shownBy: scene
                .of('certificate-validity')
                .filter(({ evidence }) => evidence.file === cert && evidence.fingerprint === leaf.fingerprint),
              consequences: ofCertificate(scene, credentials),
            },
          ];
    }),
};
