import { authorityName } from '../../credentials/authority-name.js';
import type { Certificate } from '../../credentials/certificate.js';
import { CredentialFile } from '../../credentials/credential-file.js';
import { issuerOf } from '../../credentials/issuer.js';
import { verifyPair } from '../../credentials/verification.js';
import type { VerificationResult } from '../../credentials/verifiers/verifier.js';
import { implementations, noIssuer } from './acceptance.js';
import type { Contents, FoundKey } from './contents.js';
import { notesOnNames } from './notes-on-names.js';

/** One certificate, with its sources, keys, issuer and verification. */
export interface InspectedCertificate {
  readonly certificate: Certificate;
  /** Files and ports that contain it. */
  readonly sources: readonly string[];
  /** Its private keys, of those found. */
  readonly keys: readonly FoundKey[];
  /** Of the certificates found; the certificate itself where it is self-signed. */
  readonly issuer: Certificate | undefined;
  /** By role; empty for a CA, and without the private key or a trusted CA. */
  readonly results: readonly VerificationResult[];
  /** Warnings about the certificate in its sources. */
  readonly notes: readonly string[];
}

export interface Inspection {
  readonly certificates: readonly InspectedCertificate[];
  /** Keys without a certificate. */
  readonly unmatchedKeys: readonly FoundKey[];
  /** The trust anchors: subjects, with what distinguishes those of one name. */
  readonly trusted: readonly string[];
}

/** Finds the issuer and keys of each certificate, and verifies it against the trust anchors. */
export async function correlate(all: readonly Contents[], anchors: readonly Certificate[]): Promise<Inspection> {
  const found = distinct(all.flatMap(({ certificates }) => certificates));
  const keys = all.flatMap((one) => one.keys);
  const bundle = anchors.map(({ pem }) => pem).join('');
  const certificates: InspectedCertificate[] = [];
  for (const certificate of found) {
    const holders = all.filter((one) => holds(one, certificate));
    const itsKeys = keys.filter(({ publicKey }) => publicKey === certificate.publicKeyDer);
    const issuer = issuerOf(certificate, found);
    const [key] = itsKeys;
    const isVerifiable = key !== undefined && anchors.length > 0 && !certificate.isCertificateAuthority;
    const results = isVerifiable ? await resultsOf(certificate, holders[0], key, bundle) : [];
    certificates.push({
      certificate,
      sources: holders.map(({ source }) => source),
      keys: itsKeys,
      issuer,
      results,
      notes: [
        ...notesOn(certificate, issuer, holders, itsKeys),
        ...notesOnNames(certificate, issuer, all),
        ...lacksIssuer(issuer, holders[0], results),
      ],
    });
  }
  const used = new Set(certificates.flatMap((one) => one.keys));
  return {
    certificates,
    unmatchedKeys: keys.filter((key) => !used.has(key)),
    trusted: anchors.map((one) => authorityName(one, [...found, ...anchors])),
  };
}

/** The trust anchors by default: roots, or without one the CAs whose issuer was not found. */
export function trustAnchorsOf(all: readonly Contents[]): readonly Certificate[] {
  const found = distinct(all.flatMap(({ certificates }) => certificates));
  const authorities = found.filter((one) => one.isCertificateAuthority);
  const roots = authorities.filter((one) => issuerOf(one, [one]) !== undefined);
  return roots.length > 0 ? roots : authorities.filter((one) => issuerOf(one, found) === undefined);
}

/** As its holder would present it: the leaf, then the certificates beside it, to each implementation in both roles. */
async function resultsOf(leaf: Certificate, holder: Contents | undefined, { key }: FoundKey, bundle: string) {
  const beside = (holder?.certificates ?? []).filter(({ fingerprint }) => fingerprint !== leaf.fingerprint);
  const file = (text: string) => new CredentialFile('', Buffer.from(text));
  const files = {
    ca: file(bundle),
    cert: file([leaf, ...beside].map(({ pem }) => pem).join('')),
    key: file(key.export({ format: 'pem', type: 'pkcs8' }).toString()),
  };
  return await verifyPair(files, { parties: everyone }, new Date());
}

const everyone = (['client', 'server'] as const).flatMap((role) =>
  implementations.map((verifier) => ({ verifier, role, owner: true })),
);

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
  const notFirst = holders.find(({ certificates }) => certificates.findIndex((one) => same(one, certificate)) > 0);
  if (
    keys.length > 0 &&
    notFirst !== undefined &&
    notFirst.format !== 'PKCS#12' &&
    !certificate.isCertificateAuthority
  ) {
    notes.push(
      `is not the first certificate in ${notFirst.source}: components use the first one with the key, which does not match it`,
    );
  }
  if (issuer !== undefined && issuer.notAfter < certificate.notAfter) {
    notes.push('expires after its issuer, and is rejected once the issuer has expired');
  }
  return notes;
}

function lacksIssuer(
  issuer: Certificate | undefined,
  holder: Contents | undefined,
  results: readonly VerificationResult[],
): readonly string[] {
  const lacks = issuer !== undefined && holder !== undefined && !holds(holder, issuer);
  return lacks && results.some(({ code, verifier }) => verifier === 'grpc-core' && code === noIssuer)
    ? [`its issuer is not a root, and is missing in its file: append ${issuer.subject} to ${holder.source}`]
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
