import { clientCertificateAsked } from '../../cluster/access/expectation.js';
import { authorityText } from '../../credentials/authority-name.js';
import { portsOf } from '../check.js';
import { type CredentialsInUse, credentialsInUse } from '../credentials-in-use.js';
import type { Cause, Claim } from './cause.js';
import { ofCertificate, rejectedCallers } from './consequences.js';
import { useFiles } from './fixes.js';
import { issuerOf, knownIssuers } from './issuers.js';
import { placeOfOwner } from './place.js';
import type { Scene } from './scene.js';

/** The chain has a gap that a certificate of the cluster closes. */
export const intermediateMissing: Cause = {
  name: 'intermediate-missing',
  title: 'An intermediate is missing from a file',
  severity: 'will-fail',
  description:
    'The issuer of the certificate is neither in its certificate file nor in the CA file, and another file or chain of the cluster holds it. Peers that do not have the intermediate cannot verify the certificate. It belongs behind the leaf in the certificate file, because that is what a component sends. A CA file that holds only an intermediate is accepted by Go and gRPC C-core, and rejected by OpenSSL: there the issuers up to the root belong into the CA file.',
  find: (scene) => {
    const issuers = knownIssuers(scene.evidence);
    return credentialsInUse(scene.evidence).flatMap((credentials) => [
      ...inChain(scene, credentials, issuers),
      ...inCaFile(scene, credentials),
    ]);
  },
};

function inChain(
  scene: Scene,
  credentials: CredentialsInUse,
  issuers: ReturnType<typeof knownIssuers>,
): readonly Claim[] {
  const { owner, facts } = credentials;
  const { chain = [], ca = [], paths } = facts;
  const top = chain.at(-1);
  const held = [...chain, ...ca];
  const issuer = top === undefined || ca.some((one) => top.isIssuedBy(one)) ? undefined : issuerOf(top, issuers);
  const missing = issuer?.certificate;
  const above = missing && (ca.find((one) => missing.isIssuedBy(one)) ?? issuerOf(missing, issuers)?.certificate);
  if (missing === undefined || above === undefined || held.includes(missing) || missing.subject === missing.issuer) {
    return [];
  }
  const source = issuer?.file === undefined ? 'a port serves it' : `${issuer.file} holds it`;
  return [
    {
      place: placeOfOwner(owner, paths.cert),
      summary: `the intermediate ${authorityText(missing)} is missing from ${paths.cert}: peers without it cannot verify the certificate`,
      fixes: [
        `append ${authorityText(missing)} to ${paths.cert}, behind the leaf (${source})`,
        ...(owner === 'agent' ? [] : useFiles(owner)),
      ],
      shownBy: scene.of('verifies-under-ca').filter(({ evidence }) => evidence.cert === paths.cert),
      consequences: ofCertificate(scene, credentials),
    },
  ];
}

/** OpenSSL wants the whole chain up to a root. */
function inCaFile(scene: Scene, { owner, facts }: CredentialsInUse): readonly Claim[] {
  const shownBy = scene
    .of('verifies-under-ca', 'warn')
    .filter(({ evidence }) => evidence.ca === facts.paths.ca && scene.of('verifies-under-ca').length > 0);
  if (owner === 'agent' || shownBy.length === 0) {
    return [];
  }
  const ports = portsOf([owner]).filter(
    ({ endpoint }) => endpoint.profile.callers.verifier === 'openssl' && clientCertificateAsked(endpoint, owner),
  );
  return [
    {
      place: placeOfOwner(owner, facts.paths.ca),
      summary: shownBy[0]?.message ?? '',
      fixes: [`add the issuers up to the root to ${facts.paths.ca}`, ...useFiles(owner)],
      shownBy,
      consequences: ports.flatMap((port) => rejectedCallers(scene, port)),
    },
  ];
}
