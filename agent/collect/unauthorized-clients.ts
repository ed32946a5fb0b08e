import type { Authority } from '../../certs-dev/authority.js';
import { usable } from '../../credentials/error.js';
import { readKeyPair } from '../../credentials/key-pair.js';
import type { KeyPairPaths } from '../../credentials/paths.js';
import { noCertificateIdentity, unauthorizedClientIdentity } from '../../probes/identity.js';
import type { IdentityName } from '../../probes/observation.js';
import type { Identity } from '../../probes/prober.js';
import type { Identities } from './identities.js';
import type { Target } from './targets.js';

/**
 * The clients that a port should reject. `foreign-ca` has a certificate of a CA made in memory, with a name that the port
 * allows, so that only verification can reject it. The wrong names are those of the table `[wrong-name]` and of this node's
 * components that do not call the port.
 */
export class UnauthorizedClients {
  #authority: Promise<Authority> | undefined;
  readonly #foreignCa = new Map<string, Promise<Identity>>();
  readonly #wrongName: KeyPairPaths | undefined;

  constructor(wrongName: KeyPairPaths | undefined) {
    this.#wrongName = wrongName;
  }

  /** The identities to probe a port with over TLS; `identities` has the certificates of this node's components. */
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
    this.#authority ??= foreignCa();
    const made = this.#authority
      .then((authority) => authority.issue({ commonName }))
      .then((pair) => unauthorizedClientIdentity('foreign-ca', pair));
    this.#foreignCa.set(commonName, made);
    return made;
  }

  #wrongNameIdentity(): Identity | undefined {
    const paths = this.#wrongName;
    // Files that cannot be used are reported at start, with the configuration.
    const pair = paths === undefined ? undefined : usable(() => readKeyPair(paths));
    return pair === undefined ? undefined : unauthorizedClientIdentity('wrong-name', pair);
  }
}

/** The library that issues certificates is loaded when a negative probe needs one. */
async function foreignCa(): Promise<Authority> {
  const { Authority } = await import('../../certs-dev/authority.js');
  return await Authority.create({ commonName: 'tidb-mtls-agent foreign CA' });
}

/** Unauthorized clients that need no file. */
export function isMadeInMemory(name: IdentityName): boolean {
  return name === 'plaintext' || name === 'no-certificate' || name === 'foreign-ca';
}
