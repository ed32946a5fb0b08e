import { verifyByHandshake } from './openssl-handshake.js';
import type { VerificationRequest, VerificationResult } from './verifier.js';

/** OpenSSL as TiKV's status port and TiFlash's HTTP server call it: a full chain to a root. */
export function verifyByOpenssl(request: VerificationRequest): Promise<VerificationResult> {
  return verifyByHandshake(request, { verifier: 'openssl', partialChain: false, securityLevel: 1 });
}
