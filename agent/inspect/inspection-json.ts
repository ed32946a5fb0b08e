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
      publicKey: certificate.publicKey,
      sources,
      keys: keys.map(({ source }) => source),
      accepted: results.map((result) => ({
        role: result.role,
        code: result.code ?? null,
        ...acceptanceOf(result),
      })),
      notes,
    })),
    unmatchedKeys: inspection.unmatchedKeys.map(({ source, type }) => ({ source, type })),
    ports: ports.map(({ result, requestsCertificate, ...port }) => ({
      ...port,
      requestsCertificate: requestsCertificate ?? null,
      accepted: result === undefined ? null : { code: result.code ?? null, ...acceptanceOf(result) },
    })),
    unread,
  };
}
