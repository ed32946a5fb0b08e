import { exceptionText } from '../../credentials/error-text.js';
import { microserviceNames } from '../components/microservices.js';
import { endpointsOf, portLocations } from '../components/port-locations.js';
import type { ComponentName, EndpointName, PortLocation } from '../components/profile.js';
import { profiles } from '../components/profiles.js';
import type { Origin, Problem } from '../documents/origin.js';
import { type Address, dialable, parseAddress } from '../inventory/address.js';
import { instanceName } from '../inventory/instance-name.js';
import type { Instance } from '../inventory/inventory.js';
import { parseVersion } from '../inventory/version.js';
import { PdClient, type PdClientOptions } from './pd-client.js';
import { PdError, type PdMember, type PdMembers, type PdStore } from './pd-messages.js';
import { prefixesFor, type Registration, type Registrations, registrationsIn } from './registrations.js';

export interface Discovery {
  readonly instances: readonly Instance[];
  readonly problems: readonly Problem[];
  /** The components of which `instances` has all that are registered. */
  readonly complete: ReadonlySet<ComponentName>;
}

export interface DiscoveryOptions extends PdClientOptions {
  /** Runs `connect` while nothing else is connected to this address. */
  readonly exclusively: <T>(address: Address, connect: () => Promise<T>) => Promise<T>;
}

/**
 * The cluster by the first PD member that answers: its members, the leader's stores, and the registrations of the other
 * components. Only reads. Never throws: what could not be read becomes a problem.
 */
export async function discover(urls: readonly string[], options: DiscoveryOptions): Promise<Discovery> {
  const problems: Problem[] = [];
  for (const url of urls) {
    const found = await attempt(url, options, problems, 'pd-unreachable', async (client) => {
      const members = await client.members();
      return { ...members, instances: members.members.flatMap((member) => fromMember(member, url)) };
    });
    if (found !== undefined) {
      return await discoverFrom(url, found, options, problems);
    }
  }
  return { instances: [], problems, complete: new Set() };
}

async function discoverFrom(
  url: string,
  known: PdMembers & { readonly instances: readonly Instance[] },
  options: DiscoveryOptions,
  failures: readonly Problem[],
): Promise<Discovery> {
  // A member that did not answer is still a member, and its ports are probed.
  const problems: Problem[] = failures.map((one) => ({ ...one, severity: 'warn' }));
  const complete = new Set<ComponentName>(['pd']);
  const scheme = url.startsWith('https://') ? 'https' : 'http';
  const instances = [...known.instances];
  const leaderUrl = known.leader?.clientUrls[0];
  if (leaderUrl === undefined) {
    problems.push({
      code: 'no-leader',
      severity: 'warn',
      origin: { kind: 'pd', url },
      message: 'PD has no leader, so its stores are unknown',
      remediation: 'find out why PD elects none; the agent retries',
    });
  } else {
    const stores = await attempt(leaderUrl, options, problems, 'stores-unknown', async (client) =>
      (await client.stores(known.clusterId)).flatMap((store) => fromStore(store, leaderUrl, scheme)),
    );
    instances.push(...(stores ?? []));
    if (stores !== undefined) {
      complete.add('tikv').add('tiflash');
    }
  }
  const registered = await attempt(url, options, problems, 'registrations-unknown', async (client) => {
    const ranges = await Promise.all(prefixesFor(known.clusterId).map((prefix) => client.range(prefix)));
    const found = registrationsIn(new Map(ranges.flatMap((range) => [...range])));
    return { ...found, instances: found.alive.flatMap((one) => fromRegistration(one, url, scheme)) };
  });
  if (registered !== undefined) {
    instances.push(...registered.instances);
    problems.push(...problemsOf(registered, url));
    for (const component of ['tidb', 'tiproxy', 'ticdc', ...microserviceNames] as const) {
      complete.add(component);
    }
  }
  return { instances, problems, complete };
}

const remediations: Readonly<Record<PdError['code'], string>> = {
  pd_unreachable: 'check the URL, the network, and that PD runs',
  pd_rejected: "add the agent's Common Name to PD's cert-allowed-cn, or fix its certificate",
  pd_not_trusted: 'give the agent the CA that issued the certificate of PD: ca-path, or --cacert',
  pd_hung_up:
    "check that the URL is https where PD has TLS, and that PD trusts the agent's CA and accepts its Common Name",
  pd_no_identity: 'set all three, or --cacert, --cert and --key, and read the findings about these files',
  pd_not_leader: 'find out which member leads; the agent retries',
  pd_bad_answer: 'check that the URL is that of a PD',
};

/** One connection to one member; undefined, with a problem, when it fails. */
async function attempt<T>(
  url: string,
  options: DiscoveryOptions,
  problems: Problem[],
  code: string,
  request: (client: PdClient) => Promise<T>,
): Promise<T | undefined> {
  const connect = async () => {
    const client = new PdClient(url, options);
    try {
      return await request(client);
    } finally {
      await client.close();
    }
  };
  const address = parseAddress(url);
  try {
    return await (address === undefined ? connect() : options.exclusively(address, connect));
  } catch (error: unknown) {
    const origin = { kind: 'pd', url } as const;
    const [message, remediation] =
      error instanceof PdError
        ? [error.message, remediations[error.code]]
        : // An answer that this code cannot bear must not end the process of everyone who asks that PD.
          [`its answer could not be evaluated: ${exceptionText(error)}`, 'report this as a fault of tidb-mtls-agent'];
    problems.push({ code, severity: 'fail', origin, message, remediation });
    return undefined;
  }
}

function fromMember({ name, clientUrls, peerUrls, version }: PdMember, url: string): readonly Instance[] {
  const origin: Origin = { kind: 'pd', url, key: `member ${name}` };
  return instanceAt('pd', version, {
    client: locationAt(clientUrls[0], origin, schemeIn(clientUrls)),
    peer: locationAt(peerUrls[0], origin, schemeIn(peerUrls)),
  });
}

/** One plaintext URL among several makes the port plaintext. */
function schemeIn(urls: readonly string[]): 'https' | 'http' {
  return urls.every((url) => url.startsWith('https://')) ? 'https' : 'http';
}

function fromStore(store: PdStore, url: string, scheme: 'https' | 'http'): readonly Instance[] {
  const origin: Origin = { kind: 'pd', url };
  const grpc = locationAt(store.address, origin, scheme);
  const status = locationAt(store.statusAddress, origin, scheme);
  const tiflash = (store.labels.get('engine') ?? '').startsWith('tiflash');
  return instanceAt(tiflash ? 'tiflash' : 'tikv', store.version, {
    grpc,
    proxy: tiflash ? locationAt(store.peerAddress, origin, scheme) : undefined,
    status: status === undefined || grpc === undefined ? status : reachable(status, grpc.address.host),
  });
}

function fromRegistration(
  { component, key, address, scheme, version }: Registration,
  url: string,
  ofPd: 'https' | 'http',
): readonly Instance[] {
  const origin: Origin = { kind: 'pd', url, key };
  const location = { address, origin, scheme: scheme ?? ofPd };
  return instanceAt(component, version ?? '', { [profiles[component].mainEndpoint]: location });
}

function locationAt(text: string | undefined, origin: Origin, scheme: 'https' | 'http'): PortLocation | undefined {
  const address = parseAddress(text ?? '');
  return address === undefined ? undefined : { address, origin, scheme };
}

/** A store without an advertised status address registers its listener, which may be on all addresses. */
function reachable(location: PortLocation, host: string): PortLocation {
  const { address } = location;
  return dialable(address.host) === address.host ? location : { ...location, address: { ...address, host } };
}

/** PD reports no allow-list. */
function instanceAt(
  component: ComponentName,
  version: string,
  found: Readonly<Partial<Record<EndpointName, PortLocation | undefined>>>,
): readonly Instance[] {
  const profile = profiles[component];
  const endpoints = endpointsOf(profile, portLocations(found), () => 'unknown');
  const name = instanceName(profile, endpoints);
  return name === undefined
    ? []
    : [
        {
          component,
          name,
          version: parseVersion(version)?.join('.'),
          configFile: undefined,
          security: { ca: undefined, cert: undefined, key: undefined, allowedCommonNames: undefined },
          endpoints,
          advertisedHosts: [...new Map(endpoints.map(({ host, origin }) => [host, { value: host, origin }])).values()],
          local: false,
        },
      ];
}

function problemsOf({ stale, unreadable }: Registrations, url: string): readonly Problem[] {
  return [
    ...stale.map(
      (key): Problem => ({
        code: 'stale-registration',
        severity: 'note',
        origin: { kind: 'pd', url, key },
        message: 'its lease has expired, so it is ignored',
        remediation: 'start the component again, or delete the key if the component was removed',
      }),
    ),
    ...unreadable.map(
      (key): Problem => ({
        code: 'unreadable-registration',
        severity: 'warn',
        origin: { kind: 'pd', url, key },
        message: 'has an unexpected format, so it is ignored',
        remediation: 'find out which component wrote it, and whether the agent supports its release',
      }),
    ),
  ];
}
