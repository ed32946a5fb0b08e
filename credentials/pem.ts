const block = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[\s\S]*?-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;
const begin = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/g;

/** The certificate blocks of a PEM text, in order; text around them is ignored, as OpenSSL and Go do. */
export function splitCertificates(pem: string): readonly string[] {
  return pem.match(block) ?? [];
}

/** True when a certificate begins that never ends: a file cut short. */
export function hasMismatchedCertificate(pem: string): boolean {
  return (pem.match(begin)?.length ?? 0) !== splitCertificates(pem).length;
}

const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

export function hasPrivateKey(pem: string): boolean {
  return privateKey.test(pem);
}
