import type { Role, VerificationResult } from '../../credentials/verifiers/verifier.js';
import { acceptanceOf } from './acceptance.js';
import type { Unread } from './contents.js';
import type { Inspection } from './correlation.js';
import type { Port } from './port.js';

/** The stable document of `certs inspect --output json`; `signedBy` is a fingerprint. */
export function inspectionDocument(inspection: Inspection, ports: readonly Port[], unread: readonly Unread[]) {
  return {
    version: 1,
    trusted: inspection.trusted,
    certificates: inspection.certificates.map(({ certificate, sources, keys, issuer, results, notes }) => ({
      fingerprint: certificate.fingerprint,
      subject: certificate.subject,
      issuer: certificate.issuer,
      signedBy: issuer?.fingerprint ?? null,
      commonNames: certificate.commonNames,
      subjectAltNames: certificate.subjectAltNames,
      keyUsage: certificate.keyUsage ?? null,
      extendedKeyUsage: certificate.extendedKeyUsage ?? null,
      authority: certificate.isCertificateAuthority,
      notBefore: certificate.notBefore,
      notAfter: certificate.notAfter,
      serialNumber: certificate.serialNumber,
      subjectKeyIdentifier: certificate.keyIdentifiers.subject ?? null,
      authorityKeyIdentifier: certificate.keyIdentifiers.authority ?? null,
      authoritySerialNumber: certificate.keyIdentifiers.authoritySerial ?? null,
      publicKey: certificate.publicKey,
      publicKeyFingerprint: certificate.publicKeyFingerprint,
      sources,
      keys: keys.map(({ source }) => source),
      accepted: rolesOf(results).map((role) => acceptanceOf(results, role)),
      notes,
    })),
    unmatchedKeys: inspection.unmatchedKeys.map(({ source, type }) => ({ source, type })),
    ports: ports.map(({ results, requestsCertificate, ...port }) => ({
      ...port,
      requestsCertificate: requestsCertificate ?? null,
      accepted: results.length === 0 ? null : acceptanceOf(results, 'server'),
    })),
    unread,
  };
}

function rolesOf(results: readonly VerificationResult[]): readonly Role[] {
  return [...new Set(results.map(({ role }) => role))];
}
