import type { Certificate } from './certificate.js';
import { readCertificate } from './read-certificate.js';

const known = new Map<string, WeakRef<Certificate>>();
const unheld = new FinalizationRegistry<string>((key) => {
  // The same bytes may have been parsed again meanwhile.
  if (known.get(key)?.deref() === undefined) {
    known.delete(key);
  }
});

/**
 * The certificate with these bytes (DER). A port serves the same one at every probe, files hold it as well, and many share
 * a CA: it is parsed once and held once for as long as anything refers to it.
 */
export function certificateOf(der: Buffer): Certificate {
  const key = der.toString('latin1');
  const found = known.get(key)?.deref();
  if (found !== undefined) {
    return found;
  }
  const certificate = readCertificate(der);
  known.set(key, new WeakRef(certificate));
  unheld.register(certificate, key);
  return certificate;
}
