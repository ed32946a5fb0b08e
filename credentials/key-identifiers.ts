import * as peculiar from '@peculiar/x509';
import type { KeyIdentifiers } from './certificate.js';

/** Throws where an extension is malformed. */
export function keyIdentifiersOf(certificate: peculiar.X509Certificate): KeyIdentifiers {
  const subject = certificate.getExtension(peculiar.SubjectKeyIdentifierExtension);
  const authority = certificate.getExtension(peculiar.AuthorityKeyIdentifierExtension);
  return {
    subject: hex(subject?.keyId),
    authority: hex(authority?.keyId),
    authoritySerial: hex(authority?.certId?.serialNumber)?.replace(/^(00)+(?=.)/, ''),
  };
}

function hex(digits: string | undefined): string | undefined {
  return digits === undefined || digits === '' ? undefined : digits.toLowerCase();
}
