import { Authority } from '../../certs-dev/authority.js';
import { isBefore } from '../../cluster/inventory/version.js';
import { CredentialError } from '../../credentials/error.js';
import { readKeyPair } from '../../credentials/key-pair.js';
import { noCertificateIdentity, unauthorizedClientIdentity } from '../../probes/identity.js';
import type { IdentityName } from '../../probes/observation.js';
import type { Identity } from '../../probes/prober.js';
import type { WrongNamePaths } from '../config/agent-config.js';
import type { Identities } from './identities.js';
import type { Target } from './targets.js';

/**
 * Those who should be refused. The untrusted one has a CA made in memory at start and carries a name that the port
 * allows, so that only the trust check can refuse it; the node's own components are the ones with a good certificate
 * and the wrong name, so that nobody has to issue one for the test.
 */
export class UnauthorizedClients {
  readonly #authority = Authority.create({ commonName: 'tidb-mtls-agent stranger' });
  readonly #foreignCa = new Map<string, Promise<Identity>>();
  readonly #wrongName: WrongNamePaths | undefined;

  constructor(wrongName: WrongNamePaths | undefined) {
    this.#wrongName = wrongName;
    // Who awaits it gets the rejection.
    this.#authority.catch(() => undefined);
  }

  /** Identities to try at a port over TLS; `identities` knows the pairs of this node's components. */
  async for(target: Target, identities: Identities): Promise<readonly Identity[]> {
    const { allowList } = target.endpoint;
    const name = typeof allowList === 'string' ? target.instance.component : (allowList.value[0] ?? '');
    const wrongName = this.#wrongNameIdentity();
    return [
      noCertificateIdentity(),
      await this.#foreignCaAs(name),
      ...(wrongName === undefined ? [] : [wrongName]),
      ...identities.wrongNamesFor(target),
    ];
  }

  #foreignCaAs(commonName: string): Promise<Identity> {
    const known = this.#foreignCa.get(commonName);
    if (known !== undefined) {
      return known;
    }
    const made = this.#authority
      .then((authority) => authority.issue({ commonName }))
      .then((pair) => unauthorizedClientIdentity('foreign-ca', pair));
    this.#foreignCa.set(commonName, made);
    return made;
  }

  #wrongNameIdentity(): Identity | undefined {
    try {
      return this.#wrongName === undefined
        ? undefined
        : unauthorizedClientIdentity('wrong-name', readKeyPair(this.#wrongName));
    } catch (error: unknown) {
      if (error instanceof CredentialError) {
        // Told once, at start, with the configuration.
        return undefined;
      }
      throw error;
    }
  }
}

/** Strangers that need no file. */
export function isMadeInMemory(name: IdentityName): boolean {
  return name === 'plaintext' || name === 'no-certificate' || name === 'foreign-ca';
}

/** Whether a port may be shown a bad certificate: old releases of some components do not survive one. */
export function survivesBadCertificates({ instance, endpoint }: Target): boolean {
  const { survivesBadCertificatesSince } = endpoint.profile;
  return (
    survivesBadCertificatesSince === undefined || isBefore(instance.version, survivesBadCertificatesSince) !== true
  );
}
