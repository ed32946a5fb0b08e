import { portsOf } from '../check.js';
import { credentialsInUse } from '../credentials-in-use.js';
import { durationText } from '../duration-text.js';
import type { Cause, Claim } from './cause.js';
import { issueAgain } from './fixes.js';
import { placeOfOwner, placeOfPort } from './place.js';
import type { Scene } from './scene.js';

const urgencies = ['warning', 'critical', 'emergency'];

/** A certificate that is valid, and not for long. */
export const certificateExpiring: Cause = {
  name: 'certificate-expiring',
  title: 'A certificate expires soon',
  severity: 'will-fail',
  description:
    'Little of the lifetime is left. Where the port serves an older certificate than the file, the cause is `rotation-not-picked-up`.',
  find: (scene) => [...ofFiles(scene), ...ofServed(scene)],
};

function ofFiles(scene: Scene): readonly Claim[] {
  return credentialsInUse(scene.evidence).flatMap((credentials) => {
    const { owner, facts } = credentials;
    const { cert = '' } = facts.paths;
    const [leaf] = facts.chain ?? [];
    const shownBy = scene
      .of('certificate-validity')
      .filter(
        ({ evidence }) =>
          evidence.file === cert &&
          evidence.fingerprint === leaf?.fingerprint &&
          urgencies.includes(String(evidence.urgency)),
      );
    const served = owner === 'agent' ? [] : portsOf([owner]).flatMap((port) => scene.atPort(port));
    return leaf === undefined || shownBy.length === 0
      ? []
      : [
          {
            place: placeOfOwner(owner, cert),
            summary: `${cert} expires in ${durationText(leaf.notAfter.getTime() - scene.evidence.now.getTime())}, ${leaf.notAfter.toISOString()}`,
            fixes: issueAgain(credentials),
            shownBy,
            consequences: served.filter(
              ({ check, evidence }) => check === 'certificate-validity' && evidence.fingerprint === leaf.fingerprint,
            ),
          },
        ];
  });
}

/** Ports of other hosts, whose files the agent does not see. */
function ofServed(scene: Scene): readonly Claim[] {
  return scene.of('certificate-validity').flatMap((finding) => {
    const port = scene.portOf(finding);
    return port === undefined
      ? []
      : [
          {
            place: placeOfPort(port),
            summary: finding.message,
            fixes: [
              `renew the certificate of ${port.instance.component} on its host, and check that the port serves it`,
            ],
            shownBy: [finding],
            consequences: scene.atPort(port).filter(({ check }) => check === 'server-verifies'),
          },
        ];
  });
}
