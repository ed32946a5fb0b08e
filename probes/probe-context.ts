import type { SecureContextOptions } from 'node:tls';
import { acceptsPartialChains } from '../credentials/partial-chains.js';

/**
 * What every probe offers: whatever TLS can carry, since the result is that of the caller's verifier and not OpenSSL's. No
 * finite-field Diffie-Hellman: a server with a prime of 10 000 bits would stop the event loop for most of a second.
 */
export const probeContext: SecureContextOptions = {
  minVersion: 'TLSv1.2',
  ciphers: 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:DEFAULT:!DHE:@SECLEVEL=0',
  ...acceptsPartialChains,
};
