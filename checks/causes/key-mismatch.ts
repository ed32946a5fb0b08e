import { portsOf } from '../check.js';
import { type CredentialsInUse, credentialsInUse } from '../credentials-in-use.js';
import type { Cause, Claim } from './cause.js';
import { ofCertificate, rejectedCallers, rejectedServer, withTheseFiles } from './consequences.js';
import { placeOfOwner } from './place.js';
import type { Scene } from './scene.js';

/** A rotation wrote only one of the two files. */
export const keyMismatch: Cause = {
  name: 'key-mismatch',
  title: 'Certificate and key do not belong together',
  severity: 'will-fail',
  description:
    'A rotation replaced only one of the two files, or took them from two certificates. Go components fail every new handshake with the TLS alert internal_error (80), and recover with the files. TiKV and TiFlash keep the old certificate, and need the certificate file touched after the fix.',
  find: (scene) =>
    credentialsInUse(scene.evidence)
      .filter(({ facts }) => facts.keyMatches === false)
      .map((credentials) => claimOf(scene, credentials)),
};

function claimOf(scene: Scene, credentials: CredentialsInUse): Claim {
  const { owner, facts } = credentials;
  const { cert = '', key = '' } = facts.paths;
  const ports = owner === 'agent' ? [] : portsOf([owner]);
  const served = ports.map((port) => scene.servedBy(port)?.fingerprint);
  const leaf = facts.chain?.[0];
  const isOld = leaf !== undefined && served.includes(leaf.fingerprint);
  const touched = ports.some(({ endpoint }) =>
    ['certificate-mtime', 'failed-handshake', 'poll'].includes(endpoint.profile.certificateReload),
  );
  return {
    place: placeOfOwner(owner, cert),
    summary: `${key} is not the key of ${cert}${isOld ? ', which is the certificate still served: only the key was replaced' : ''}`,
    fixes: [
      isOld
        ? `install the certificate of the new key as ${cert}, or restore the old key`
        : `install the key of this certificate as ${key}; where it is lost, issue certificate and key again, and write the key first`,
      ...(touched
        ? [`touch ${cert} afterwards: a port reads the files again only when its modification time changes`]
        : []),
    ],
    since: facts.certModifiedAt === undefined ? undefined : new Date(facts.certModifiedAt),
    shownBy: [
      ...scene.of('key-matches-certificate').filter(({ evidence }) => evidence.cert === cert),
      ...scene
        .of('certificate-readable')
        .filter(({ evidence }) => evidence.reason === 'key_mismatch' && evidence.file === key),
    ],
    consequences:
      owner === 'agent'
        ? []
        : [
            ...withTheseFiles(scene, owner),
            ...ofCertificate(scene, credentials),
            ...ports.flatMap((port) => [...rejectedCallers(scene, port), ...rejectedServer(scene, port)]),
          ],
  };
}
