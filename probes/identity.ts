import { createSecureContext } from 'node:tls';
import type { Generation } from '../credentials/credential-store.js';
import type { IdentityName } from './observation.js';
import type { Identity } from './prober.js';

/** A pair as it is in use now. */
export function identityOf(name: IdentityName, generation: Generation): Identity {
  return { name, secureContext: generation.secureContext };
}

/** TLS without a client certificate. */
export function anonymousIdentity(caPem: string): Identity {
  return { name: 'anonymous', secureContext: createSecureContext({ ca: caPem, minVersion: 'TLSv1.2' }) };
}
