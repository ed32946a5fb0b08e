import { createSecureContext } from 'node:tls';
import type { CredentialVersion } from '../credentials/credential-store.js';
import type { IdentityName } from './observation.js';
import type { Identity } from './prober.js';

/** A pair as it is in use now. */
export function identityOf(name: IdentityName, version: CredentialVersion): Identity {
  return { name, secureContext: version.secureContext };
}

/** TLS without a client certificate. */
export function noCertificateIdentity(): Identity {
  return {
    name: 'no-certificate',
    secureContext: createSecureContext({ minVersion: 'TLSv1.2' }),
    verifiesServer: false,
  };
}

/** TLS without a client certificate by somebody who wants to know whom it met; without a CA it takes any server. */
export function anonymousClientIdentity(ca: string | undefined): Identity {
  const trust = ca === undefined ? {} : { ca };
  const secureContext = createSecureContext({ ...trust, minVersion: 'TLSv1.2' });
  return { name: 'no-certificate', secureContext, verifiesServer: ca !== undefined };
}

/** A pair that should not be let in; it does not care whom it meets. */
export function unauthorizedClientIdentity(
  name: IdentityName,
  pair: { readonly certificatePem: string; readonly keyPem: string },
): Identity {
  const { certificatePem: cert, keyPem: key } = pair;
  return { name, secureContext: createSecureContext({ cert, key, minVersion: 'TLSv1.2' }), verifiesServer: false };
}
