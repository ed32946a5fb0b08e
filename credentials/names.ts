import { isIP } from 'node:net';
import type { Certificate } from './certificate.js';

/** Whether the SANs cover a host or IP address, as Go and gRPC C-core see it: the CN does not count. */
export function coversHost(certificate: Certificate, host: string): boolean {
  const { x509 } = certificate;
  return isIP(host) === 0 ? x509.checkHost(host, { subject: 'never' }) !== undefined : x509.checkIP(host) !== undefined;
}
