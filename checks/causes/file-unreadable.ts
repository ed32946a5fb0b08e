import { profiles } from '../../cluster/components/profiles.js';
import type { Instance } from '../../cluster/inventory/inventory.js';
import { portsOf } from '../check.js';
import { type CredentialsInUse, credentialsInUse } from '../credentials-in-use.js';
import type { Cause, Claim } from './cause.js';
import { ofCertificate, rejectedCallers, rejectedServer, withTheseFiles } from './consequences.js';
import { placeOfOwner } from './place.js';
import type { Scene } from './scene.js';

/** A credential file is missing, cut short, not PEM, or not what its component reads. */
export const fileUnreadable: Cause = {
  name: 'file-unreadable',
  title: 'A credential file is missing, unreadable or not what its component reads',
  severity: 'will-fail',
  description:
    "A CA, certificate or key file does not exist, is empty, cut short, encrypted or not PEM, or its component's TLS implementation cannot load it. A Go component fails every new handshake at once. TiKV and TiFlash keep the version in memory, and exit when they reload a file that is not PEM. No component starts with it.",
  find: (scene) => credentialsInUse(scene.evidence).flatMap((credentials) => claimsOf(scene, credentials)),
};

function claimsOf(scene: Scene, credentials: CredentialsInUse): readonly Claim[] {
  const { owner, facts } = credentials;
  const isOf = (file: string) => (finding: { readonly evidence: { readonly file?: unknown } }) =>
    finding.evidence.file === file;
  const unread = facts.errors
    .filter(({ code }) => code !== 'permission_denied' && code !== 'key_mismatch')
    .map((error): Claim => {
      const unsafe = scene.of('file-safe').filter(isOf(error.file));
      const first = unsafe.length > 0 ? [`restore the last valid ${error.file} at once, before a client connects`] : [];
      return {
        place: placeOfOwner(owner, error.file),
        summary:
          unsafe.length > 0
            ? `${error.message}: ${owner === 'agent' ? '' : profiles[owner.component].title} exits when it reloads the file`
            : error.message,
        severity: unsafe.length > 0 ? 'failing' : 'will-fail',
        fixes: [...first, error.hint],
        shownBy: [
          ...scene
            .of('certificate-readable')
            .filter((finding) => isOf(error.file)(finding) && finding.evidence.reason === error.code),
          ...unsafe,
        ],
        consequences: consequencesOf(scene, credentials),
      };
    });
  const unloaded =
    facts.errors.length > 0
      ? []
      : scene
          .of('verifies-under-ca')
          .filter(({ evidence: { step, cert } }) => cert === facts.paths.cert && (step === 'ca' || step === 'pair'));
  const [failure] = unloaded;
  return failure === undefined
    ? unread
    : [
        ...unread,
        {
          place: placeOfOwner(owner, failure.evidence.step === 'ca' ? facts.paths.ca : facts.paths.cert),
          summary: failure.message,
          fixes: [failure.remediation],
          shownBy: unloaded,
          consequences: consequencesOf(scene, credentials),
        },
      ];
}

/** Without a certificate no port serves and no caller is accepted; the port itself may still run with the old files. */
function consequencesOf(scene: Scene, credentials: CredentialsInUse): Claim['shownBy'] {
  const { owner } = credentials;
  if (owner === 'agent') {
    return [];
  }
  const ports = portsOf([owner]).flatMap((port) => [...rejectedCallers(scene, port), ...rejectedServer(scene, port)]);
  const misread = credentials.facts.errors.some(({ code }) => code === 'chain_order')
    ? asMisread(scene, owner, credentials)
    : [];
  return [...withTheseFiles(scene, owner), ...ofCertificate(scene, credentials), ...ports, ...misread];
}

/** Where another certificate stands first, every check of the leaf reads that one. */
function asMisread(scene: Scene, owner: Instance, { facts }: CredentialsInUse): Claim['shownBy'] {
  const { cert } = facts.paths;
  const ofFile = scene.at(owner).filter(({ evidence }) => evidence.file === cert || evidence.cert === cert);
  const names = scene.at(owner).filter(({ check }) => check === 'own-name-in-list');
  const lists = scene.of('caller-in-allow-list').filter(({ identity }) => identity === owner.component);
  return [...ofFile, ...names, ...lists];
}
