import { hostNamesOf } from '../../credentials/certificate-text.js';
import { credentialsInUse } from '../credentials-in-use.js';
import type { Cause, Claim } from './cause.js';
import { ofCertificate, rejectedServer } from './consequences.js';
import { issueAgain } from './fixes.js';
import { placeOfOwner, placeOfPort } from './place.js';
import { grouped, type Scene } from './scene.js';

/** The subject alternative names lack an address that callers dial. */
export const namesMissing: Cause = {
  name: 'names-missing',
  title: 'A certificate does not cover an address that callers dial',
  severity: 'will-fail',
  description:
    'The subject alternative names of the certificate lack a host or an IP address that the component advertises or that callers dial. Every caller that verifies names rejects the server. The Common Name does not count.',
  find: (scene) => [...ofFiles(scene), ...ofServed(scene)],
};

function ofFiles(scene: Scene): readonly Claim[] {
  return credentialsInUse(scene.evidence).flatMap((credentials) => {
    const { owner, facts } = credentials;
    const shownBy = scene.of('names-cover-addresses').filter(({ evidence }) => evidence.file === facts.paths.cert);
    const hosts = [...new Set(shownBy.map(({ evidence }) => String(evidence.host)))].sort();
    const [leaf] = facts.chain ?? [];
    return leaf === undefined || hosts.length === 0
      ? []
      : [
          {
            place: placeOfOwner(owner, facts.paths.cert),
            summary: `${facts.paths.cert} does not cover ${hosts.join(' and ')}, which it advertises: callers reject the server; its SANs are ${hostNamesOf(leaf).join(', ') || 'empty'}`,
            fixes: issueAgain(credentials, `, with ${hosts.join(' and ')} among its SANs`),
            shownBy,
            consequences: [
              ...ofCertificate(scene, credentials),
              ...(owner === 'agent' ? [] : scene.at(owner).filter(({ check }) => check === 'names-cover-source')),
            ],
          },
        ];
  });
}

/** An address that the files do not advertise, or files of another host. */
function ofServed(scene: Scene): readonly Claim[] {
  const findings = scene
    .of('server-verifies')
    .filter(({ evidence }) => evidence.code === 'ERR_TLS_CERT_ALTNAME_INVALID');
  return [...grouped(findings, (one) => `${one.component} ${one.instance}`)].flatMap(([, shownBy]) => {
    const ports = shownBy.flatMap((finding) => scene.portOf(finding) ?? []);
    const [port] = ports;
    if (port === undefined) {
      return [];
    }
    const hosts = [...new Set(ports.map(({ endpoint }) => endpoint.host))].sort().join(' and ');
    const where = ports.length === 1 ? placeOfPort(port) : placeOfOwner(port.instance);
    return [
      {
        place: where,
        summary: `the certificate served does not cover ${hosts}: callers reject the server; its SANs are ${[shownBy[0]?.evidence.names ?? []].flat().join(', ') || 'empty'}`,
        fixes: [`issue the certificate of ${port.instance.component} again with ${hosts} among its SANs`],
        shownBy,
        consequences: ports.flatMap((one) => rejectedServer(scene, one)),
      },
    ];
  });
}
