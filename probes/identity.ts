import { createSecureContext } from 'node:tls';
import type { CredentialVersion } from '../credentials/credential-store.js';
import { acceptsPartialChains } from '../credentials/partial-chains.js';
import type { IdentityName } from './observation.js';
import type { Identity } from './prober.js';

/** The certificate and key of one credential version. */
export function identityOf(name: IdentityName, version: CredentialVersion): Identity {
  return { name, secureContext: version.secureContext };
}

/** No client certificate; does not verify the server. */
export function noCertificateIdentity(): Identity {
  return {
    name: 'no-certificate',
    secureContext: createSecureContext({ minVersion: 'TLSv1.2' }),
    verifiesServer: false,
  };
}

/** No client certificate; verifies the server when there is a CA (PEM). */
export function anonymousClientIdentity(ca: string | undefined): Identity {
  const trust = ca === undefined ? {} : { ca };
  const secureContext = createSecureContext({ ...trust, ...acceptsPartialChains, minVersion: 'TLSv1.2' });
  return { name: 'no-certificate', secureContext, verifiesServer: ca !== undefined };
}

/** A certificate that a server should reject; does not verify the server. */
export function unauthorizedClientIdentity(
  name: IdentityName,
  pair: { readonly certificatePem: string; readonly keyPem: string },
): Identity {
  const { certificatePem: cert, keyPem: key } = pair;
  return { name, secureContext: createSecureContext({ cert, key, minVersion: 'TLSv1.2' }), verifiesServer: false };
}
