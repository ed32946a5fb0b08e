import type { Instance } from '../../cluster/inventory/inventory.js';
import { portsOf } from '../check.js';
import { credentialsInUse } from '../credentials-in-use.js';
import type { Finding } from '../finding.js';
import type { Cause, Claim } from './cause.js';
import { ofCertificate, rejectedByCaller, rejectedCallers, withTheseFiles } from './consequences.js';
import { placeOfOwner } from './place.js';
import type { Scene } from './scene.js';

/** The CA file changed, and the process trusts the one that it read at its start. */
export const caNotLoaded: Cause = {
  name: 'ca-not-loaded',
  title: 'The CA file changed and the process has not loaded it',
  severity: 'will-fail',
  description:
    'The running process trusts another CA than the one in its file: TiDB, PD, TiCDC and TiProxy read it at their start, TiKV and TiFlash with the certificate. Certificates of the new CA are rejected until it is loaded. Where the file holds only the new CA, and the certificate of the component is of the old one, a restart would make things worse: the old CA has to be added first.',
  find: (scene) =>
    scene.evidence.inventory.instances.flatMap((instance) => {
      const shownBy = ['ca-unchanged', 'trusts-ca-on-disk'].flatMap((check) =>
        scene.of(check).filter((finding) => scene.instanceOf(finding) === instance),
      );
      const [first] = shownBy;
      return first === undefined ? [] : [claimOf(scene, instance, first, shownBy)];
    }),
};

function claimOf(scene: Scene, instance: Instance, first: Finding, shownBy: readonly Finding[]): Claim {
  const own = credentialsInUse(scene.evidence).filter(({ owner }) => owner === instance);
  const ca = instance.security.ca?.value;
  const writtenAt = own[0]?.facts.caModifiedAt;
  const certain = shownBy.some(({ status }) => status === 'fail');
  return {
    place: placeOfOwner(instance, ca),
    severity: certain ? 'will-fail' : 'hygiene',
    summary: first.message,
    since: writtenAt === undefined ? undefined : new Date(writtenAt),
    fixes: [...new Set(shownBy.map(({ remediation }) => remediation))],
    shownBy,
    consequences: certain
      ? [
          ...own.flatMap((credentials) => ofCertificate(scene, credentials)),
          ...rejectedByCaller(scene, instance),
          ...portsOf([instance]).flatMap((port) => rejectedCallers(scene, port)),
          ...withTheseFiles(scene, instance).filter(({ check }) => check === 'survives-restart'),
        ]
      : [],
  };
}
