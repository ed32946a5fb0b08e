import { authorityText, isSameAuthority } from '../../credentials/authority-name.js';
import type { Certificate } from '../../credentials/certificate.js';
import { certificatesInUse } from '../../credentials/chain-in-use.js';
import type { CredentialFacts } from '../../credentials/facts.js';
import { portsOf } from '../check.js';
import { type CredentialsInUse, credentialsInUse } from '../credentials-in-use.js';
import type { Cause, Claim } from './cause.js';
import { membersApart, ofCertificate, rejectedByCaller, rejectedCallers, rejectedServer } from './consequences.js';
import { issueAgain, useFiles } from './fixes.js';
import { isIssuerCode } from './issuers.js';
import { placeOfOwner } from './place.js';
import type { Scene } from './scene.js';

/** Two CAs in one cluster: one component, or the agent, holds another CA than the others. */
export const otherCa: Cause = {
  name: 'other-ca',
  title: 'A component holds another CA than the others',
  severity: 'will-fail',
  description:
    "Most components trust one CA, by its fingerprint; this one's CA file lacks it, or its certificate is of another one. All CAs of TiUP have the same name, so only fingerprints tell them apart. The incident says who holds which.",
  find: (scene) => {
    const all = credentialsInUse(scene.evidence);
    const cluster = sharedCa(all);
    return cluster === undefined ? [] : all.flatMap((credentials) => claimsOf(scene, credentials, cluster, all));
  },
};

/**
 * The CA that most CA files hold, renewed or not, of those by which a certificate here verifies: a file may have the bundle
 * of the system as well. Undefined where no two files agree on one.
 */
function sharedCa(all: readonly CredentialsInUse[]): Certificate | undefined {
  const used = all.flatMap(({ facts }) => inUse(facts));
  const each = new Map(used.map((ca) => [ca.fingerprint, ca]));
  const counted = [...each.values()].map((ca) => ({
    ca,
    count: all.filter(({ facts }) => holds(facts.ca, ca)).length,
  }));
  const [first] = counted.sort((a, b) => b.count - a.count || a.ca.fingerprint.localeCompare(b.ca.fingerprint));
  return first === undefined || first.count < 2 ? undefined : first.ca;
}

/** CAs that a summary names at most; a bundle of the system has 150. */
const mostNamed = 3;

function inUse(facts: CredentialFacts): readonly Certificate[] {
  const used = certificatesInUse(facts);
  return (facts.ca ?? []).filter((ca) => used.has(ca));
}

function holds(bundle: readonly Certificate[] = [], ca: Certificate): boolean {
  return bundle.some((one) => isSameAuthority(one, ca));
}

function claimsOf(
  scene: Scene,
  credentials: CredentialsInUse,
  cluster: Certificate,
  all: readonly CredentialsInUse[],
): readonly Claim[] {
  const { owner, facts } = credentials;
  const { ca = [], chain = [], paths } = facts;
  const top = chain.at(-1);
  const trusts = holds(ca, cluster);
  const isOf = top !== undefined && (top.isSignedBy(cluster) || ca.some((one) => trusts && top.isSignedBy(one)));
  if (facts.ca === undefined || top === undefined || (trusts && isOf)) {
    return [];
  }
  const holders = all.filter((one) => holds(one.facts.ca, cluster)).length;
  const others = `${holders} of ${all.length} CA files of this host hold ${authorityText(cluster)}`;
  const used = inUse(facts);
  const own = (used.length === 0 ? ca.slice(0, mostNamed) : used).map(authorityText).join(' and ') || 'no certificate';
  const consequences =
    owner === 'agent'
      ? ofCertificate(scene, credentials)
      : [...ofCertificate(scene, credentials), ...membersApart(scene, owner)];
  const shown = scene
    .of('verifies-under-ca')
    .filter(({ evidence }) => evidence.cert === paths.cert && isIssuerCode(evidence.code));
  const ports = owner === 'agent' ? [] : portsOf([owner]);
  if (trusts) {
    return [
      {
        place: placeOfOwner(owner, paths.cert),
        summary: `${paths.cert} is issued by another CA named ${top.issuer}; ${others}`,
        fixes: issueAgain(credentials, `, ${authorityText(cluster)}`),
        shownBy: shown,
        consequences: [...consequences, ...ports.flatMap((port) => rejectedServer(scene, port))],
      },
    ];
  }
  const calls = [...rejectedByCaller(scene, owner), ...ports.flatMap((port) => rejectedCallers(scene, port))];
  const served = isOf ? [] : ports.flatMap((port) => rejectedServer(scene, port));
  return [
    {
      place: placeOfOwner(owner, paths.ca),
      summary: `${paths.ca} holds ${own}; ${others}`,
      fixes: [
        `add ${authorityText(cluster)} to ${paths.ca}${isOf ? '' : ', and the CA of this file to the CA files of the others, until every certificate is of one CA'}`,
        ...(owner === 'agent'
          ? []
          : [...useFiles(owner), `restart ${owner.component} where it reads its CA only at its start`]),
      ],
      shownBy: [...shown, ...calls, ...served],
      consequences,
    },
  ];
}
