import { endpointsOf } from '../components/placement.js';
import type { ComponentName, EndpointName, Placed, Placement } from '../components/profile.js';
import { profiles } from '../components/profiles.js';
import type { Origin, Problem } from '../documents/origin.js';
import { dialable, parseAddress } from '../inventory/address.js';
import { instanceName } from '../inventory/instance-name.js';
import type { Endpoint, Instance } from '../inventory/inventory.js';
import { parseVersion } from '../inventory/version.js';
import { PdClient, type PdClientOptions } from './pd-client.js';
import { PdError, type PdMember, type PdMembers, type PdStore } from './pd-messages.js';
import { prefixesFor, type Registration, type Registrations, registrationsIn } from './registrations.js';

export interface Discovery {
  readonly instances: readonly Instance[];
  readonly problems: readonly Problem[];
  /** The components of which all registered ones are among `instances`. */
  readonly complete: ReadonlySet<ComponentName>;
}

/**
 * The cluster as PD knows it, asked of the first member that answers: members, stores of the leader, and what the
 * others registered. Reads only. Never throws: what could not be learnt is a problem.
 */
export async function discover(urls: readonly string[], options: PdClientOptions): Promise<Discovery> {
  const problems: Problem[] = [];
  for (const url of urls) {
    const found = await attempt(url, options, problems, 'pd-unreachable', (client) => client.members());
    if (found !== undefined) {
      return await discoverFrom(url, found, options, problems);
    }
  }
  return { instances: [], problems, complete: new Set() };
}

async function discoverFrom(
  url: string,
  known: PdMembers,
  options: PdClientOptions,
  failures: readonly Problem[],
): Promise<Discovery> {
  // The members that did not answer before this one are still members; their ports are probed.
  const problems: Problem[] = failures.map((one) => ({ ...one, severity: 'warn' }));
  const complete = new Set<ComponentName>(['pd']);
  const scheme = url.startsWith('https://') ? 'https' : 'http';
  const instances = known.members.flatMap((member) => fromMember(member, url));
  const leaderUrl = known.leader?.clientUrls[0];
  if (leaderUrl === undefined) {
    problems.push({
      code: 'no-leader',
      severity: 'warn',
      origin: { kind: 'pd', url },
      message: 'PD has no leader, so its stores are not known',
      remediation: 'see why PD elects none; the agent asks again',
    });
  } else {
    const stores = await attempt(leaderUrl, options, problems, 'stores-unknown', (client) =>
      client.stores(known.clusterId),
    );
    instances.push(...(stores ?? []).flatMap((store) => fromStore(store, leaderUrl, scheme)));
    if (stores !== undefined) {
      complete.add('tikv').add('tiflash');
    }
  }
  const registered = await attempt(url, options, problems, 'registrations-unknown', async (client) => {
    const ranges = await Promise.all(prefixesFor(known.clusterId).map((prefix) => client.range(prefix)));
    return registrationsIn(new Map(ranges.flatMap((range) => [...range])));
  });
  if (registered !== undefined) {
    instances.push(...registered.alive.flatMap((one) => fromRegistration(one, url, scheme)));
    problems.push(...complaintsOf(registered, url));
    for (const component of ['tidb', 'tiproxy', 'ticdc', 'tso', 'scheduling', 'resource-manager', 'router'] as const) {
      complete.add(component);
    }
  }
  return { instances, problems, complete };
}

const remediations: Readonly<Record<PdError['code'], string>> = {
  pd_unreachable: 'check the URL, the network, and that PD runs',
  pd_rejected: "add the agent's Common Name to PD's cert-allowed-cn, or mend its pair",
  pd_not_trusted: 'give the agent the CA that issued the certificate of PD: ca-path, or --cacert',
  pd_hung_up:
    "see that the URL says https where PD has TLS, and that PD trusts the agent's CA and admits its Common Name",
  pd_no_identity: 'name all three, or --cacert, --cert and --key, and see what is said of these files',
  pd_not_leader: 'see which member leads; the agent asks again',
  pd_bad_answer: 'check that the URL is of a PD',
};

/** One question to one member; what it does not answer becomes a problem and undefined. */
async function attempt<T>(
  url: string,
  options: PdClientOptions,
  problems: Problem[],
  code: string,
  ask: (client: PdClient) => Promise<T>,
): Promise<T | undefined> {
  let client: PdClient | undefined;
  try {
    client = new PdClient(url, options);
    return await ask(client);
  } catch (error: unknown) {
    if (!(error instanceof PdError)) {
      throw error;
    }
    const remediation = remediations[error.code];
    problems.push({ code, severity: 'fail', origin: { kind: 'pd', url }, message: error.message, remediation });
    return undefined;
  } finally {
    client?.close();
  }
}

function fromMember({ clientUrls, peerUrls, version }: PdMember, url: string): readonly Instance[] {
  const origin: Origin = { kind: 'pd', url };
  return instanceAt('pd', version, {
    client: placedAt(clientUrls[0], origin, schemeIn(clientUrls)),
    peer: placedAt(peerUrls[0], origin, schemeIn(peerUrls)),
  });
}

/** One plaintext URL among several lets everybody in. */
function schemeIn(urls: readonly string[]): 'https' | 'http' {
  return urls.every((url) => url.startsWith('https://')) ? 'https' : 'http';
}

function fromStore(store: PdStore, url: string, scheme: 'https' | 'http'): readonly Instance[] {
  const origin: Origin = { kind: 'pd', url };
  const grpc = placedAt(store.address, origin, scheme);
  const status = placedAt(store.statusAddress, origin, scheme);
  const tiflash = (store.labels.get('engine') ?? '').startsWith('tiflash');
  return instanceAt(tiflash ? 'tiflash' : 'tikv', store.version, {
    grpc,
    proxy: tiflash ? placedAt(store.peerAddress, origin, scheme) : undefined,
    status: status === undefined || grpc === undefined ? status : reachable(status, grpc.address.host),
  });
}

function fromRegistration(
  { component, key, address, scheme, version }: Registration,
  url: string,
  ofPd: 'https' | 'http',
): readonly Instance[] {
  const origin: Origin = { kind: 'pd', url, key };
  const placed = { address, origin, scheme: scheme ?? ofPd };
  return instanceAt(component, version ?? '', { [profiles[component].mainEndpoint]: placed });
}

function placedAt(text: string | undefined, origin: Origin, scheme: 'https' | 'http'): Placed | undefined {
  const address = parseAddress(text ?? '');
  return address === undefined ? undefined : { address, origin, scheme };
}

/** A store without an advertised status address registers the one it listens on, which may be all of its host's. */
function reachable(placed: Placed, host: string): Placed {
  const { address } = placed;
  return dialable(address.host) === address.host ? placed : { ...placed, address: { ...address, host } };
}

/** PD tells no allow-list. */
function instanceAt(
  component: ComponentName,
  version: string,
  placed: Readonly<Partial<Record<EndpointName, Placed | undefined>>>,
): readonly Instance[] {
  const profile = profiles[component];
  const placement = Object.fromEntries(Object.entries(placed).filter(([, one]) => one !== undefined)) as Placement;
  const endpoints: readonly Endpoint[] = endpointsOf(profile, placement, () => 'unknown');
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

function complaintsOf({ stale, unreadable }: Registrations, url: string): readonly Problem[] {
  return [
    ...stale.map(
      (key): Problem => ({
        code: 'stale-registration',
        severity: 'note',
        origin: { kind: 'pd', url, key },
        message: 'its owner no longer says that it lives, so it is left out',
        remediation: 'start it again, or delete the key if it is gone for good',
      }),
    ),
    ...unreadable.map(
      (key): Problem => ({
        code: 'unreadable-registration',
        severity: 'warn',
        origin: { kind: 'pd', url, key },
        message: 'is not what its component writes, so it is left out',
        remediation: 'see which component wrote it, and whether the agent knows its release',
      }),
    ),
  ];
}
