import { X509Certificate } from 'node:crypto';
import { type Certificate, describeCertificate } from './certificate.js';

/** So many are remembered; each takes a few kB. */
const limit = 2_048;

const known = new Map<string, Certificate>();

/**
 * The certificate with these bytes (DER). Ports show the same one at every look, and many the same CA: it is read once,
 * and held once however many observations name it.
 */
export function certificateOf(der: Buffer): Certificate {
  const key = der.toString('latin1');
  const found = known.get(key);
  if (found !== undefined) {
    return found;
  }
  const certificate = describeCertificate(new X509Certificate(der));
  const [oldest] = known.keys();
  if (known.size >= limit && oldest !== undefined) {
    known.delete(oldest);
  }
  known.set(key, certificate);
  return certificate;
}
