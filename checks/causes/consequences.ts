import { formatAddress } from '../../cluster/inventory/address.js';
import type { Instance } from '../../cluster/inventory/inventory.js';
import { type EndpointOfInstance, portsOf } from '../check.js';
import type { CredentialsInUse } from '../credentials-in-use.js';
import type { Finding } from '../finding.js';
import type { Scene } from './scene.js';

/** Who rejected whom in a finding of a probe; undefined for other findings. */
export function rejectingSide(scene: Scene, finding: Finding): 'server' | 'caller' | undefined {
  if (finding.check === 'server-verifies') {
    return 'caller';
  }
  if (finding.check !== 'endpoint-answers' && finding.check !== 'caller-accepted') {
    return undefined;
  }
  const side = scene.observationOf(finding)?.observation.rejection?.side;
  return side === undefined ? undefined : side === 'peer' ? 'server' : 'caller';
}

/** Rejections of the certificate that this party presents to the ports that it calls. */
export function rejectedAsCaller(scene: Scene, party: Instance | 'agent'): readonly Finding[] {
  return scene.asCaller(party).filter((finding) => rejectingSide(scene, finding) === 'server' || isStricter(finding));
}

/** A negative probe with a certificate of a component, rejected by a port whose list does not reject the name. */
function isStricter({ check, evidence: { outcome } }: Finding): boolean {
  return check === 'rejects-unauthorized' && outcome === 'rejected';
}

/** Rejections of servers by this party, which verifies them with its CA file. */
export function rejectedByCaller(scene: Scene, party: Instance | 'agent'): readonly Finding[] {
  return scene.asCaller(party).filter((finding) => rejectingSide(scene, finding) === 'caller');
}

/** Rejections of the certificate that a port serves, and findings about its validity. */
export function rejectedServer(scene: Scene, port: EndpointOfInstance): readonly Finding[] {
  return scene
    .atPort(port)
    .filter((finding) => finding.check === 'certificate-validity' || rejectingSide(scene, finding) === 'caller');
}

/** Rejections of callers by a port. */
export function rejectedCallers(scene: Scene, port: EndpointOfInstance): readonly Finding[] {
  return scene.atPort(port).filter((finding) => rejectingSide(scene, finding) === 'server');
}

/** The result of a restart with the present files, and ports that were left alone because of them. */
export function withTheseFiles(scene: Scene, instance: Instance): readonly Finding[] {
  return scene
    .at(instance)
    .filter(
      ({ check, status }) =>
        check === 'survives-restart' ||
        check === 'served-matches-file' ||
        (check === 'requests-certificate' && status === 'unknown') ||
        (check === 'endpoint-answers' && status === 'unknown'),
    );
}

/** Whatever a certificate causes that verifiers reject: at its file, where it is served, and where its owner calls. */
export function ofCertificate(scene: Scene, { owner, facts, roles }: CredentialsInUse): readonly Finding[] {
  const file = facts.paths.cert;
  const verification = scene.of('verifies-under-ca').filter(({ evidence }) => evidence.cert === file);
  const calls = roles.includes('client') ? rejectedAsCaller(scene, owner) : [];
  if (owner === 'agent') {
    return [...verification, ...calls];
  }
  const leaf = facts.chain?.[0]?.fingerprint;
  const serving = roles.includes('server')
    ? portsOf([owner]).filter((port) => {
        const served = scene.servedBy(port);
        return served === undefined || served.fingerprint === leaf;
      })
    : [];
  return [
    ...verification,
    ...calls,
    ...scene.at(owner).filter(({ check }) => check === 'survives-restart'),
    ...serving.flatMap((port) => rejectedServer(scene, port)),
    ...membersApart(scene, owner),
  ];
}

/** Reports of other members and of PD that they do not reach this instance. */
export function membersApart(scene: Scene, { component, endpoints }: Instance): readonly Finding[] {
  const addresses = new Set(endpoints.map(formatAddress));
  return scene
    .of('peers-reach-each-other')
    .filter(
      (finding) =>
        (finding.component === component && scene.instanceOf(finding)?.endpoints === endpoints) ||
        [finding.evidence.addresses, finding.evidence.store].flat().some((one) => addresses.has(String(one))),
    );
}
