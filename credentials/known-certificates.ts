import type { Certificate } from './certificate.js';
import { readCertificate } from './read-certificate.js';

const known = new Map<string, WeakRef<Certificate>>();
const unheld = new FinalizationRegistry<string>((key) => {
  // It may have come back meanwhile.
  if (known.get(key)?.deref() === undefined) {
    known.delete(key);
  }
});

/**
 * The certificate with these bytes (DER). Ports show the same one at every look, files hold it too, and many the same CA: it is
 * read once, and held once however many name it, for as long as one of them does.
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
