import type { Parties, Party } from '../../credentials/verification.js';
import type { Role, VerifierName } from '../../credentials/verifiers/verifier.js';
import { isBefore } from '../inventory/version.js';
import { type CallerName, type ComponentName, componentNames } from './profile.js';
import { profiles } from './profiles.js';

/** Releases of TiDB and the Go that built them. What lies between was built with the former. */
const goReleases = [
  { since: '8.5.0', go: '1.23' },
  { since: '0.0.0', go: '1.21' },
] as const;

/** The first release whose Go is the present one, as far as what it accepts goes. */
const presentGoSince = '9.0.0';

/** The Go release of a component of this version; undefined for the present one, and for an unknown version. */
export function goReleaseOf(version: string | undefined): string | undefined {
  return isBefore(version, presentGoSince) === true
    ? goReleases.find(({ since }) => isBefore(version, since) === false)?.go
    : undefined;
}

/**
 * Who verifies the certificate of a component: the component itself, which loads the files, those that call it, and those
 * that it calls. A port with a verifier of its own counts for its callers; OpenSSL counts where its CA file is, at the
 * component with that port.
 */
export function partiesOf(component: ComponentName, version?: string): Parties {
  const { verifiesServersBy, endpoints } = profiles[component];
  const own: readonly Party[] = [
    { verifier: verifiesServersBy, role: 'client', owner: true },
    { verifier: verifiesServersBy, role: 'server', owner: true },
    ...endpoints.map(({ callers }): Party => ({ verifier: callers.verifier, role: 'client', owner: true })),
  ];
  const peers = (['client', 'server'] as const).flatMap((role) =>
    metBy(component, role)
      .filter(({ verifier }) => verifier !== 'openssl')
      .map(({ verifier }): Party => ({ verifier, role, owner: false })),
  );
  return { parties: distinct([...own, ...peers]), goRelease: goReleaseOf(version) };
}

/** The components that verify the certificate of `component` in this role by this implementation. */
export function whoVerifies(component: ComponentName, role: Role, verifier: VerifierName): readonly ComponentName[] {
  const same = metBy(component, role).filter((one) => implementationOf(one.verifier) === implementationOf(verifier));
  return [...new Set(same.map(({ who }) => who))];
}

/** As a client it meets the ports that it calls, as a server those that call it. */
function metBy(component: ComponentName, role: Role): readonly { who: ComponentName; verifier: VerifierName }[] {
  if (role === 'server') {
    const callers = new Set<CallerName>(profiles[component].endpoints.flatMap(({ calledBy }) => calledBy));
    return componentNames
      .filter((name) => callers.has(name))
      .map((who) => ({ who, verifier: profiles[who].verifiesServersBy }));
  }
  return componentNames.flatMap((who) =>
    profiles[who].endpoints
      .filter(({ calledBy }) => calledBy.includes(component))
      .map(({ callers }) => ({ who, verifier: callers.verifier })),
  );
}

/** One party for each implementation and role, the first. */
function distinct(parties: readonly Party[]): readonly Party[] {
  const first = new Map<string, Party>();
  for (const party of parties) {
    const key = `${implementationOf(party.verifier)} ${party.role}`;
    first.set(key, first.get(key) ?? party);
  }
  return [...first.values()];
}

/** How a CA file is read is a matter of its owner. */
function implementationOf(verifier: VerifierName): VerifierName {
  return verifier === 'go-etcd' ? 'go' : verifier;
}
