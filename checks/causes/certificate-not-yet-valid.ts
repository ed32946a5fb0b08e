import { credentialsInUse } from '../credentials-in-use.js';
import { durationText } from '../duration-text.js';
import type { Cause } from './cause.js';
import { ofCertificate } from './consequences.js';
import { placeOfOwner } from './place.js';
import { grouped } from './scene.js';

/** A certificate begins in the future, by the clock of this host. */
export const certificateNotYetValid: Cause = {
  name: 'certificate-not-yet-valid',
  title: 'A certificate is not valid yet, or a clock is wrong',
  severity: 'failing',
  description:
    "By the clock of this host the certificate's validity has not begun. Where several certificates of different days are affected, the clock of this host is behind. Where it is one, the clock of the host that issued it was ahead, or the date was chosen so.",
  find: (scene) => {
    const { now } = scene.evidence;
    const all = credentialsInUse(scene.evidence);
    const future = all.filter(({ facts }) => (facts.chain?.[0]?.notBefore ?? now) > now);
    const clockBehind = all.length > 1 && future.length === all.length;
    const claims = future.map((credentials) => {
      const { owner, facts } = credentials;
      const { cert = '' } = facts.paths;
      const leaf = facts.chain?.[0];
      const notBefore = leaf?.notBefore ?? now;
      return {
        owner,
        claim: {
          place: clockBehind ? { component: 'cluster' as const } : placeOfOwner(owner, cert),
          summary: clockBehind
            ? `no certificate of this host is valid yet: its clock is behind`
            : `${cert} is not valid before ${notBefore.toISOString()}, in ${durationText(notBefore.getTime() - now.getTime())} by the clock of this host`,
          fixes: clockBehind
            ? ['correct the clock of this host (timedatectl, chronyc tracking)']
            : [
                `compare the clock of this host with those of its callers and of the host that issued ${cert}, and correct the wrong one`,
                `where all clocks are right, issue ${cert} again with a validity that has begun`,
              ],
          shownBy: scene
            .of('certificate-validity')
            .filter(
              ({ evidence }) => evidence.urgency === 'not-yet-valid' && evidence.fingerprint === leaf?.fingerprint,
            ),
          consequences: ofCertificate(scene, credentials),
        },
      };
    });
    const issuers = scene
      .of('certificate-validity')
      .filter(({ evidence: { urgency, kind } }) => urgency === 'not-yet-valid' && kind === 'issuer');
    return [
      ...claims.map(({ claim }) => claim),
      ...[...grouped(issuers, ({ evidence }) => String(evidence.fingerprint))].map(([about, shownBy]) => ({
        place: { component: 'cluster' as const },
        about,
        summary: shownBy[0]?.message ?? '',
        fixes: ['compare the clocks of this host and of the host that made the CA, and correct the wrong one'],
        shownBy,
      })),
    ];
  },
};
