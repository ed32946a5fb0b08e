import { authorityInFull, authorityText, firstDigits } from '../credentials/authority-name.js';
import type { Certificate } from '../credentials/certificate.js';
import { issuersOf } from '../credentials/issuer.js';
import { credentialKey, type EndpointObservation, type Evidence } from './check.js';
import { factsOfIdentity } from './identity.js';

/** A CA file on this host, and who uses it. */
export interface CaFile {
  /** `tikv 10.0.1.2:20160`, or `the agent`. */
  readonly holder: string;
  readonly path: string;
  readonly certificates: readonly Certificate[];
}

/** The CA files of this host: those of each local instance, and the agent's. */
export function caFilesOf({
  inventory,
  credentials,
  calling,
  agent,
}: Pick<Evidence, 'inventory' | 'credentials' | 'calling' | 'agent'>): readonly CaFile[] {
  const held = inventory.instances.flatMap((instance) =>
    [credentials, calling].map((files) => ({
      holder: `${instance.component} ${instance.name}`,
      facts: files.get(credentialKey(instance)),
    })),
  );
  return [...held, { holder: 'the agent', facts: agent }].flatMap(({ holder, facts }) =>
    facts?.ca === undefined ? [] : [{ holder, path: facts.paths.ca ?? '', certificates: facts.ca }],
  );
}

/** Two CAs of one name: the bundle has one, and another signed the certificate. */
export interface AnotherCa {
  /** It continues a message, from a semicolon on. */
  readonly message: string;
  readonly remediation: string;
  readonly evidence: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * Why a chain, leaf first, does not verify under a bundle that has the name of its issuer: another CA of that name signed
 * it, and these files hold that one. Undefined where the bundle has no such name, or the CA that signed it.
 */
export function anotherCa(
  chain: readonly Certificate[],
  bundle: Pick<CaFile, 'path' | 'certificates'>,
  files: readonly CaFile[] = [],
): AnotherCa | undefined {
  const [leaf] = chain;
  const top = leaf === undefined ? undefined : (issuersOf(leaf, chain).at(-1) ?? leaf);
  const namesakes = bundle.certificates.filter(({ subject }) => subject === top?.issuer);
  if (top === undefined || namesakes.length === 0 || namesakes.some((one) => top.isIssuedBy(one))) {
    return undefined;
  }
  const held = `; ${bundle.path} holds ${namesakes.map(authorityText).join(' and ')}`;
  const evidence = { caFile: bundle.path, caHeld: namesakes.map(authorityInFull) };
  const { authority, authoritySerial = '' } = top.keyIdentifiers;
  if (namesakes.some((one) => top.isSignedBy(one))) {
    const message = `${held}, whose key signed the certificate, but the certificate names the serial ${firstDigits(authoritySerial)} of its issuer, which OpenSSL compares`;
    const remediation =
      'issue the certificate again: its authority key identifier names a former certificate of the CA';
    return { message, remediation, evidence: { ...evidence, issuerSerial: authoritySerial } };
  }
  const { signer, holders } = signerOf(top, files);
  const key = authority === undefined ? '' : ` with the key identifier ${firstDigits(authority)}`;
  const who =
    signer === undefined ? `${key}, which no file here holds` : `: ${authorityText(signer)} in ${listed(holders)}`;
  return {
    message: `${held}, and another CA of that name signed the certificate${who}`,
    remediation: `add the CA that signed the certificate to ${bundle.path}, and load it: TiDB, PD, TiCDC, TiProxy and the agent are restarted, for TiKV and TiFlash touch the certificate file`,
    evidence: {
      ...evidence,
      caSigner: signer === undefined ? (authority ?? '') : authorityInFull(signer),
      caSignerIn: holders,
    },
  };
}

/**
 * As `anotherCa`, of a rejected connection: for the client that rejects the port's certificate, or for the port that rejects
 * the client's. The files on disk count.
 */
export function anotherCaOf({ instance, observation }: EndpointObservation, evidence: Evidence): AnotherCa | undefined {
  const { outcome, rejection, identity, peerChain } = observation;
  const client = factsOfIdentity(identity, evidence);
  const isByClient = rejection?.side === 'probe';
  const { ca: certificates, paths } = (isByClient ? client : evidence.credentials.get(credentialKey(instance))) ?? {};
  return outcome !== 'rejected' || certificates === undefined
    ? undefined
    : anotherCa(
        isByClient ? peerChain : (client?.chain ?? []),
        { path: paths?.ca ?? '', certificates },
        caFilesOf(evidence),
      );
}

/** The CA that signed a certificate, and whose files hold it. */
function signerOf(certificate: Certificate, files: readonly CaFile[]) {
  const holding = files.flatMap(({ certificates, holder, path }) => {
    const signer = certificates.find((one) => certificate.isIssuedBy(one));
    return signer === undefined ? [] : [{ signer, holder: `${path} of ${holder}` }];
  });
  return { signer: holding[0]?.signer, holders: [...new Set(holding.map(({ holder }) => holder))] };
}

const shownHolders = 3;

function listed(holders: readonly string[]): string {
  const more = holders.length - shownHolders;
  return `${holders.slice(0, shownHolders).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
