import { credentialKey } from '../../checks/check.js';
import { callerIdentities, componentOfIdentity } from '../../checks/identity.js';
import { goReleaseOf } from '../../cluster/components/parties.js';
import { profiles } from '../../cluster/components/profiles.js';
import type { Instance } from '../../cluster/inventory/inventory.js';
import { CredentialStore, type CredentialVersion, type ReloadEvent } from '../../credentials/credential-store.js';
import { usable } from '../../credentials/error.js';
import type { CredentialPaths } from '../../credentials/paths.js';
import type { CredentialRepository } from '../../credentials/repository.js';
import type { ServedTrust } from '../../credentials/served-chain.js';
import { anonymousClientIdentity, identityOf } from '../../probes/identity.js';
import type { IdentityName } from '../../probes/observation.js';
import { probeContext } from '../../probes/probe-context.js';
import type { Identity } from '../../probes/prober.js';
import { isRejectedByName } from './rejected-by-name.js';
import type { Target } from './targets.js';

export interface IdentitiesOptions {
  /** Called for files that probes show were reloaded, or could not be; `certificate` is the path of the certificate. */
  readonly onReload: (event: ReloadEvent, certificate: string) => void;
  readonly repository: CredentialRepository;
}

/**
 * The identities of probes that have files: the agent's certificate, and that of each local component, used as the component
 * would use it. One store per set of paths, so that the CA stays the one read at start; a store that could not be created is
 * created at a later probe.
 */
export class Identities {
  readonly #stores: Map<string, CredentialStore>;
  readonly #paths = new Map<IdentityName, CredentialPaths>();
  readonly #verifiers = new Map<IdentityName, Omit<ServedTrust, 'bundle'>>();
  readonly #options: IdentitiesOptions;

  constructor(
    agent: CredentialPaths | undefined,
    instances: readonly Instance[],
    options: IdentitiesOptions,
    before?: Identities,
  ) {
    this.#options = options;
    this.#stores = before === undefined ? new Map() : before.#stores;
    if (agent !== undefined) {
      this.#paths.set('agent', agent);
      this.#verifiers.set('agent', { verifier: 'go' });
    }
    const names = callerIdentities(instances);
    for (const instance of instances) {
      const { component, security, version } = instance;
      const { ca, cert, key } = security.callsWith ?? security;
      const identity = names.get(credentialKey(instance));
      if (identity !== undefined && !this.#paths.has(identity) && ca && cert && key) {
        this.#paths.set(identity, { ca: ca.value, cert: cert.value, key: key.value });
        const verifier = profiles[component].verifiesServersBy;
        this.#verifiers.set(identity, { verifier, goRelease: goReleaseOf(version) });
      }
    }
  }

  /** The identities that a port should accept: the agent's, and those of this node's components that call it. */
  for(target: Target): readonly Identity[] {
    const callers: readonly string[] = ['agent', ...target.endpoint.profile.calledBy];
    return [...this.#paths.keys()]
      .filter((name) => callers.includes(componentOfIdentity(name) ?? name))
      .map((name) => this.#identity(name))
      .filter((one) => one !== undefined);
  }

  /** Whether each identity uses the certificate and key on disk; false where those cannot be used. */
  current(): ReadonlyMap<IdentityName, boolean> {
    return new Map(
      [...this.#paths.keys()].map((name) => {
        const store = this.#storeOf(name);
        store?.current();
        return [name, store !== undefined && store.lastError === undefined];
      }),
    );
  }

  /** The files of an identity; undefined for one that has none. */
  pathsOf(name: IdentityName): CredentialPaths | undefined {
    return this.#paths.get(name);
  }

  agent(): Identity | undefined {
    return this.#identity('agent');
  }

  /** The agent's CA without its certificate, for ports that must not see it. */
  anonymousClient(): Identity {
    return anonymousClientIdentity(this.#version('agent')?.trust.pem);
  }

  /** This node's components that do not call the port and whose names its allow-list rejects; each name once. */
  wrongNamesFor(target: Target): readonly Identity[] {
    const { calledBy } = target.endpoint.profile;
    const seen = new Set<string>();
    return [...this.#paths.keys()]
      .filter((name) => name !== 'agent' && !calledBy.some((caller) => caller === componentOfIdentity(name)))
      .filter((name) => {
        const names = this.#commonNames(name);
        const fresh = !seen.has(names.join('\n'));
        seen.add(names.join('\n'));
        return fresh && isRejectedByName(target, names);
      })
      .map((name) => this.#identity(name))
      .filter((one) => one !== undefined)
      .map((identity) => ({ ...identity, verifiesServer: false }));
  }

  #commonNames(name: IdentityName): readonly string[] {
    return this.#version(name)?.pair.leaf.commonNames ?? [];
  }

  #identity(name: IdentityName): Identity | undefined {
    const version = this.#version(name);
    return version === undefined ? undefined : identityOf(name, version, this.#verifiers.get(name));
  }

  #version(name: IdentityName): CredentialVersion | undefined {
    return this.#storeOf(name)?.current();
  }

  #storeOf(name: IdentityName): CredentialStore | undefined {
    const paths = this.#paths.get(name);
    // Files that cannot be used are reported by the check certificate-readable.
    return paths === undefined ? undefined : usable(() => this.#store(paths));
  }

  #store(paths: CredentialPaths): CredentialStore {
    const key = `${paths.ca}\n${paths.cert}\n${paths.key}`;
    const known = this.#stores.get(key);
    if (known !== undefined) {
      return known;
    }
    const { repository, onReload } = this.#options;
    const store = new CredentialStore(paths, {
      repository,
      context: probeContext,
      onReload: (event) => onReload(event, paths.cert),
    });
    this.#stores.set(key, store);
    return store;
  }
}
