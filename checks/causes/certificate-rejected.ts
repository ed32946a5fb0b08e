import { credentialsInUse } from '../credentials-in-use.js';
import type { Cause, Claim } from './cause.js';
import { ofCertificate, rejectedServer } from './consequences.js';
import { placeOfOwner, placeOfPort } from './place.js';
import { reasonOf } from './reasons.js';
import type { Scene } from './scene.js';

/** A verifier rejects the certificate for another reason than issuer, date, usage or name. */
export const certificateRejected: Cause = {
  name: 'certificate-rejected',
  title: 'A TLS implementation rejects a certificate',
  severity: 'will-fail',
  description:
    "A component's TLS implementation rejects the certificate for a reason of its own, such as a short key, a negative serial number, a CA without the right to sign, a path that is too long, or a field that it cannot decode. The table of reasons below says what each means.",
  find: (scene) => [
    ...credentialsInUse(scene.evidence).flatMap((credentials): readonly Claim[] => {
      const { owner, facts } = credentials;
      const { cert } = facts.paths;
      const rejected = scene.of('verifies-under-ca').filter(({ evidence }) => evidence.cert === cert);
      const malformed = scene
        .of('certificate-readable', 'warn')
        .filter(({ evidence: { file } }) => file === cert || file === facts.paths.ca);
      const [first] = [...rejected, ...malformed];
      if (first === undefined) {
        return [];
      }
      const reason = reasonOf(first.evidence.code);
      return [
        {
          place: placeOfOwner(owner, cert),
          severity: rejected.length > 0 ? 'will-fail' : 'hygiene',
          summary: first.message,
          fixes: [reason?.fix ?? first.remediation],
          shownBy: [...rejected, ...malformed],
          consequences: rejected.length > 0 ? ofCertificate(scene, credentials) : [],
        },
      ];
    }),
    ...ofServed(scene),
  ],
};

function ofServed(scene: Scene): readonly Claim[] {
  return scene
    .of('server-verifies')
    .filter(({ evidence }) => evidence.code !== undefined)
    .flatMap((finding) => {
      const port = scene.portOf(finding);
      const reason = reasonOf(finding.evidence.code);
      return port === undefined
        ? []
        : [
            {
              place: placeOfPort(port),
              summary: finding.message,
              fixes: [reason?.fix ?? finding.remediation],
              shownBy: [finding],
              consequences: rejectedServer(scene, port),
            },
          ];
    });
}
