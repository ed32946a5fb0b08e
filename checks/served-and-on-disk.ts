import type { Certificate } from '../credentials/certificate.js';

type Told = Pick<Certificate, 'notAfter' | 'fingerprint'>;

/** The certificate that a port serves and the one on disk: by expiry, or by fingerprint where both expire at the same time. */
export function servedAndOnDisk(served: Told, onDisk: Told): string {
  const sameExpiry = served.notAfter.getTime() === onDisk.notAfter.getTime();
  const told = ({ fingerprint, notAfter }: Told) =>
    sameExpiry
      ? `has the SHA-256 ${fingerprint.replaceAll(':', '').slice(0, 16)}`
      : `expires ${notAfter.toISOString()}`;
  return `serves a certificate that ${told(served)}; the one on disk ${told(onDisk)}`;
}
