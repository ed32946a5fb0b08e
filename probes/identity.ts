import { createSecureContext } from 'node:tls';
import type { CredentialVersion } from '../credentials/credential-store.js';
import type { ServedTrust } from '../credentials/served-chain.js';
import type { IdentityName } from './observation.js';
import { probeContext } from './probe-context.js';
import type { Identity } from './prober.js';

/** The certificate and key of one credential version, and who verifies servers for it. */
export function identityOf(
  name: IdentityName,
  { secureContext, trust: bundle }: CredentialVersion,
  verifier?: Omit<ServedTrust, 'bundle'>,
): Identity {
  return { name, secureContext, trust: verifier === undefined ? undefined : { ...verifier, bundle } };
}

/** No client certificate; does not verify the server. */
export function noCertificateIdentity(): Identity {
  return {
    name: 'no-certificate',
    secureContext: createSecureContext(probeContext),
    verifiesServer: false,
  };
}

/** No client certificate; verifies the server when there is a CA (PEM). */
export function anonymousClientIdentity(ca: string | undefined): Identity {
  const trust = ca === undefined ? {} : { ca };
  const secureContext = createSecureContext({ ...trust, ...probeContext });
  return { name: 'no-certificate', secureContext, verifiesServer: ca !== undefined };
}

/** A certificate that a server should reject; does not verify the server. */
export function unauthorizedClientIdentity(
  name: IdentityName,
  pair: { readonly certificatePem: string; readonly keyPem: string },
): Identity {
  const { certificatePem: cert, keyPem: key } = pair;
  return { name, secureContext: createSecureContext({ cert, key, ...probeContext }), verifiesServer: false };
}
