import { credentialsInUse } from '../credentials-in-use.js';
import type { Cause } from './cause.js';
import { ofCertificate } from './consequences.js';
import { issueAgain } from './fixes.js';
import { placeOfOwner } from './place.js';

/** The certificate, or a CA above it, is not for a role in which it is used. */
export const usageMissing: Cause = {
  name: 'usage-missing',
  title: 'A certificate or its CA is not for the role in which it is used',
  severity: 'will-fail',
  description:
    'The extended key usages of the certificate, or of a CA in its chain, lack serverAuth or clientAuth. A component uses one certificate for both roles, so that one half of its connections fails: OpenSSL says INVALID_PURPOSE, Go says that the key usage is incompatible.',
  find: (scene) =>
    credentialsInUse(scene.evidence).flatMap((credentials) => {
      const { owner, facts, roles } = credentials;
      const shownBy = scene.of('key-usages').filter(({ evidence }) => evidence.file === facts.paths.cert);
      const [first] = shownBy;
      const usages = roles.map((role) => `${role}Auth`).join(' and ');
      return first === undefined
        ? []
        : [
            {
              place: placeOfOwner(owner, facts.paths.cert),
              summary: first.message,
              fixes: issueAgain(credentials, `, with the extended key usages ${usages}`),
              shownBy,
              consequences: ofCertificate(scene, credentials),
            },
          ];
    }),
};
