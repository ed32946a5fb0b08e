import type { Certificate } from '../../credentials/certificate.js';
import { errorCode } from '../../credentials/error-text.js';
import { verifyBothRoles } from '../../credentials/verification.js';
import type { VerificationResult } from '../../credentials/verifiers/verifier.js';
import type { Contents, FoundKey } from './contents.js';

/** One certificate, wherever it was found, and what belongs to it. */
export interface Inspected {
  readonly certificate: Certificate;
  /** Files and ports that hold it. */
  readonly places: readonly string[];
  /** Of those found. */
  readonly keys: readonly FoundKey[];
  /** The one that signed it, among those found; itself where it is self-signed. */
  readonly issuer: Certificate | undefined;
  /** Empty where the key or a CA is missing. */
  readonly results: readonly VerificationResult[];
  /** What is wrong with where it stands. */
  readonly notes: readonly string[];
}

export interface Inspection {
  readonly certificates: readonly Inspected[];
  readonly strayKeys: readonly FoundKey[];
  /** Subjects of what the verdicts rest on. */
  readonly trusted: readonly string[];
}

/** Puts together what belongs together. `anchors` are the CAs to judge by. */
export async function relate(all: readonly Contents[], anchors: readonly Certificate[]): Promise<Inspection> {
  const found = distinct(all.flatMap(({ certificates }) => certificates));
  const keys = all.flatMap((one) => one.keys);
  const bundle = anchors.map(({ pem }) => pem).join('');
  const certificates: Inspected[] = [];
  for (const certificate of found) {
    const holders = all.filter((one) => holds(one, certificate));
    const agent = keys.filter(({ publicKey }) => publicKey === certificate.publicKeyDer);
    const issuer = issuerOf(certificate, found);
    const [key] = agent;
    const evaluated = key !== undefined && anchors.length > 0 && !certificate.isCertificateAuthority;
    const results = evaluated ? await resultsOf(certificate, holders[0], key, bundle) : [];
    certificates.push({
      certificate,
      places: holders.map(({ place }) => place),
      keys: agent,
      issuer,
      results,
      notes: [...notesOn(certificate, issuer, holders, agent), ...lacksIssuer(issuer, holders[0], results)],
    });
  }
  const used = new Set(certificates.flatMap((one) => one.keys));
  return {
    certificates,
    strayKeys: keys.filter((key) => !used.has(key)),
    trusted: anchors.map(({ subject }) => subject),
  };
}

/** Roots first of all; where there is none, the authorities whose issuer was not found. */
export function anchorsOf(all: readonly Contents[]): readonly Certificate[] {
  const found = distinct(all.flatMap(({ certificates }) => certificates));
  const authorities = found.filter((one) => one.isCertificateAuthority);
  const roots = authorities.filter((one) => issuerOf(one, [one]) !== undefined);
  return roots.length > 0 ? roots : authorities.filter((one) => issuerOf(one, found) === undefined);
}

/** By name and by signature; of several that fit, the one that is valid longest. */
export function issuerOf(certificate: Certificate, among: readonly Certificate[]): Certificate | undefined {
  return among
    .filter((other) => certificate.isIssuedBy(other))
    .sort((a, b) => b.notAfter.getTime() - a.notAfter.getTime())[0];
}

/** The pair as its holder would show it: the leaf, then what stands beside it. */
async function resultsOf(leaf: Certificate, holder: Contents | undefined, { key }: FoundKey, bundle: string) {
  const beside = (holder?.certificates ?? []).filter(({ fingerprint }) => fingerprint !== leaf.fingerprint);
  const pair = {
    certificatePem: [leaf, ...beside].map(({ pem }) => pem).join(''),
    keyPem: key.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
  try {
    return await verifyBothRoles(pair, bundle);
  } catch (error: unknown) {
    // OpenSSL itself will not load it, as with an RSA key too small for its security level.
    const code = errorCode(error) || 'unknown reason';
    return (['client', 'server'] as const).map((role) => ({ role, trusted: false, code, partialChainOnly: false }));
  }
}

function notesOn(
  certificate: Certificate,
  issuer: Certificate | undefined,
  holders: readonly Contents[],
  keys: readonly FoundKey[],
): readonly string[] {
  const notes: string[] = [];
  const { unreadable } = certificate;
  if (unreadable.length > 0) {
    notes.push(`malformed: these fields cannot be read: ${unreadable.join(', ')}`);
  }
  const behind = holders.find(({ certificates }) => certificates.findIndex((one) => same(one, certificate)) > 0);
  if (keys.length > 0 && behind !== undefined && behind.format !== 'PKCS#12' && !certificate.isCertificateAuthority) {
    notes.push(
      `is not the first one in ${behind.place}: components show the first one with the key, which does not match`,
    );
  }
  if (issuer !== undefined && issuer.notAfter < certificate.notAfter) {
    notes.push('ends after the one that signed it: nobody accepts it from then on');
  }
  return notes;
}

/** OpenSSL's word for a chain that ends before anything trusted. */
const chainTooShort = 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY';

function lacksIssuer(
  issuer: Certificate | undefined,
  holder: Contents | undefined,
  results: readonly VerificationResult[],
): readonly string[] {
  const lacks = issuer !== undefined && holder !== undefined && !holds(holder, issuer);
  return lacks && results.some(({ code, trusted }) => !trusted && code === chainTooShort)
    ? [`its issuer is no root and does not stand beside it: put ${issuer.subject} below it in ${holder.place}`]
    : [];
}

function holds({ certificates }: Contents, certificate: Certificate): boolean {
  return certificates.some((one) => same(one, certificate));
}

function same(a: Certificate, b: Certificate): boolean {
  return a.fingerprint === b.fingerprint;
}

function distinct(certificates: readonly Certificate[]): readonly Certificate[] {
  return [...new Map(certificates.map((one) => [one.fingerprint, one])).values()];
}
