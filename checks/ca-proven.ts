import type { Instance } from '../cluster/inventory/inventory.js';
import { isSameAuthority } from '../credentials/authority-name.js';
import type { Certificate } from '../credentials/certificate.js';
import { issuersOf } from '../credentials/issuer.js';
import { credentialKey, type EndpointServerHandshake, type Evidence } from './check.js';
import { factsOfIdentity } from './identity.js';

/**
 * Whether a running Go process is proven to trust the CAs of its file and no other, although each may be another
 * certificate of the same key: a port of it names as many CAs of each name as the file has, and accepts a client
 * certificate of each. Go names every CA that it loaded, also several of one name.
 */
export function isProvenLoaded(evidence: Evidence, instance: Instance): boolean {
  const ca = distinct(evidence.credentials.get(credentialKey(instance))?.ca ?? []);
  const names = namesOf(ca.map(({ subjectDer }) => subjectDer));
  return (
    ca.length > 0 &&
    evidence.serverHandshakes.some((port) => {
      const { requestsCertificate, authorities } = port.serverHandshake;
      const isOfInstance = credentialKey(port.instance) === credentialKey(instance);
      const named = isOfInstance && requestsCertificate === true && namesOf(authorities) === names;
      return named && ca.every((one) => acceptsCertificateOf(one, port, evidence));
    })
  );
}

function acceptsCertificateOf(ca: Certificate, { instance, endpoint }: EndpointServerHandshake, evidence: Evidence) {
  return evidence.observations.some(({ observation, ...at }) => {
    const isThere = credentialKey(at.instance) === credentialKey(instance) && at.endpoint.name === endpoint.name;
    const facts =
      isThere && observation.outcome === 'accepted' ? factsOfIdentity(observation.identity, evidence) : undefined;
    const [leaf, ...above] = facts?.chain ?? [];
    return leaf !== undefined && issuersOf(leaf, [...above, ca]).some((one) => isSameAuthority(one, ca));
  });
}

function distinct(certificates: readonly Certificate[]): readonly Certificate[] {
  return [...new Map(certificates.map((one) => [one.fingerprint, one])).values()];
}

function namesOf(subjects: readonly string[]): string {
  return [...subjects].sort().join(' ');
}
