import { createSecureContext } from 'node:tls';
import type { Generation } from '../credentials/credential-store.js';
import type { IdentityName } from './observation.js';
import type { Identity } from './prober.js';

/** A pair as it is in use now. */
export function identityOf(name: IdentityName, generation: Generation): Identity {
  return { name, secureContext: generation.secureContext };
}

/** TLS without a client certificate. */
export function anonymousIdentity(): Identity {
  return { name: 'anonymous', secureContext: createSecureContext({ minVersion: 'TLSv1.2' }), judgesServer: false };
}

/** TLS without a client certificate by somebody who wants to know whom it met; without a CA it takes any server. */
export function visitorIdentity(ca: string | undefined): Identity {
  const trust = ca === undefined ? {} : { ca };
  const secureContext = createSecureContext({ ...trust, minVersion: 'TLSv1.2' });
  return { name: 'anonymous', secureContext, judgesServer: ca !== undefined };
}

/** A pair that should not be let in; it does not care whom it meets. */
export function strangerIdentity(
  name: IdentityName,
  pair: { readonly certificatePem: string; readonly keyPem: string },
): Identity {
  const { certificatePem: cert, keyPem: key } = pair;
  return { name, secureContext: createSecureContext({ cert, key, minVersion: 'TLSv1.2' }), judgesServer: false };
}
