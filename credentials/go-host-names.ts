import type { Certificate } from './certificate.js';

/**
 * As `coversHost` for callers that are Go alone: its wildcard may stand for one of two labels, as `*.lan` for pd0.lan, where
 * OpenSSL and gRPC C-core want two labels after it (crypto/x509, VerifyHostname).
 */
export function coversHostForGo(leaf: Certificate, host: string): boolean {
  const [, parent] = /^[^.]+\.([^.]+)\.?$/.exec(host.toLowerCase()) ?? [];
  const { dns } = leaf.subjectAltNames;
  return leaf.coversHost(host) || (parent !== undefined && dns.some((name) => name.toLowerCase() === `*.${parent}`));
}
