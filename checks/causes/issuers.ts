import type { Certificate } from '../../credentials/certificate.js';
import type { Evidence } from '../check.js';
import { credentialsInUse } from '../credentials-in-use.js';
import { grouped } from './scene.js';

/** A certificate of the cluster, and a file that holds it; served ones have none. */
interface Held {
  readonly certificate: Certificate;
  readonly file: string | undefined;
}

/** Every CA certificate that the evidence has: of files, and of the chains that ports serve. Each once. */
export function knownIssuers(evidence: Evidence): readonly Held[] {
  const inFiles = credentialsInUse(evidence).flatMap(({ facts: { chain = [], ca = [], paths } }) => [
    ...chain.slice(1).map((certificate) => ({ certificate, file: paths.cert })),
    ...ca.map((certificate) => ({ certificate, file: paths.ca })),
  ]);
  const served = evidence.observations.flatMap(({ observation: { peerChain } }) =>
    peerChain.slice(1).map((certificate) => ({ certificate, file: undefined })),
  );
  const all = grouped([...inFiles, ...served], ({ certificate }) => certificate.fingerprint);
  return [...all.values()].flatMap((members) => members[0] ?? []);
}

/** The issuer of a certificate among those known; undefined where the evidence does not have it. */
export function issuerOf(certificate: Certificate, issuers: readonly Held[]): Held | undefined {
  return issuers.find(
    (one) => one.certificate.fingerprint !== certificate.fingerprint && certificate.isIssuedBy(one.certificate),
  );
}

/** The codes of all TLS implementations for an issuer that is not trusted or not there. */
export function isIssuerCode(code: unknown): boolean {
  return issuerCodes.has(String(code)) || /unknown authority/.test(String(code));
}

const issuerCodes: ReadonlySet<string> = new Set([
  'unknown-authority',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
]);
