import type { Cause } from './cause.js';
import { rejectedServer } from './consequences.js';
import { isIssuerCode } from './issuers.js';
import { placeOfPort } from './place.js';

/** A port whose files are not on this host serves a certificate of a CA that the agent's CA file lacks. */
export const servedByOtherCa: Cause = {
  name: 'served-by-other-ca',
  title: 'A port serves a certificate of another CA',
  severity: 'failing',
  description:
    'The certificate served does not verify under the CA file of the agent or of a caller on this host, and the files of the component are not on this host. It is of another CA, perhaps of the same name, or the port does not send an intermediate.',
  find: (scene) =>
    scene
      .of('server-verifies')
      .filter(({ evidence }) => isIssuerCode(evidence.code))
      .flatMap((finding) => {
        const port = scene.portOf(finding);
        const leaf = port && scene.servedBy(port);
        return port === undefined || leaf === undefined
          ? []
          : [
              {
                place: placeOfPort(port),
                summary: `serves a certificate of ${leaf.issuer} that does not verify under the CA file of its callers (the certificate's SHA-256 is ${leaf.fingerprint.slice(0, 16)}…)`,
                fixes: [
                  `compare the CA files of ${port.instance.component} and of its callers by fingerprint: openssl x509 -noout -fingerprint -sha256 -in FILE`,
                  'add the CA that is missing to the CA files of the callers, or issue the certificate from their CA; append an intermediate that is missing to the certificate file',
                ],
                shownBy: [finding],
                consequences: rejectedServer(scene, port),
              },
            ];
      }),
};
