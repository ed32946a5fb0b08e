import { authorityText, isSameAuthority } from '../../credentials/authority-name.js';
import type { Certificate } from '../../credentials/certificate.js';
import type { Contents } from './contents.js';

/** Warnings where names alone mislead: two CAs of one name, and a leaf that has the name of its CA. */
export function notesOnNames(
  certificate: Certificate,
  issuer: Certificate | undefined,
  all: readonly Contents[],
): readonly string[] {
  const namesakesOf = (subject: string) =>
    all.flatMap(({ source, certificates }) =>
      certificates
        .filter((one) => one.subject === subject && one.isCertificateAuthority)
        .map((ca) => ({ ca, text: `${authorityText(ca)} in ${source}` })),
    );
  if (!certificate.isCertificateAuthority) {
    const sameSubject = issuer !== undefined && issuer.subjectDer === certificate.subjectDer;
    const others = issuer === undefined ? namesakesOf(certificate.issuer).map(({ text }) => text) : [];
    return [
      ...(sameSubject
        ? ['has the subject of its CA: OpenSSL takes it for self-signed, unless the key identifiers differ']
        : []),
      ...(others.length > 0 ? [`another CA of that name signed it, not ${others.join(' and not ')}`] : []),
    ];
  }
  return namesakesOf(certificate.subject)
    .filter(({ ca }) => ca.fingerprint !== certificate.fingerprint)
    .map(({ ca, text }) =>
      isSameAuthority(ca, certificate)
        ? `is one CA with ${text}: renewed with the same key, so what one issued verifies under the other`
        : `is another CA than ${text}, which has the same name and another key`,
    );
}
