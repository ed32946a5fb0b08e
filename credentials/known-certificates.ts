import { X509Certificate } from 'node:crypto';
import { type Certificate, describeCertificate } from './certificate.js';
import { Remembered } from './remembered.js';

/** Each takes a few kB. */
const known = new Remembered<Certificate>(2_048);

/**
 * The certificate with these bytes (DER). Ports show the same one at every look, files hold it too, and many the same CA: it is
 * read once, and held once however many name it.
 */
export function certificateOf(der: Buffer): Certificate {
  const key = der.toString('latin1');
  const found = known.get(key);
  if (found !== undefined) {
    return found;
  }
  const certificate = describeCertificate(new X509Certificate(der));
  known.set(key, certificate);
  return certificate;
}
