import { mkdtempSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority, type IssueOptions } from '../certs-dev/authority.js';
import { type BadKind, issueBad } from '../certs-dev/bad.js';
import { componentCommonNames, type PairName } from '../certs-dev/names.js';
import { loopbackHosts, splitHosts } from '../certs-dev/pki.js';
import type { EndpointName } from '../cluster/components/profile.js';
import { profiles } from '../cluster/components/profiles.js';
import { readComponentConfig } from '../cluster/inventory/component-config.js';
import type { Instance } from '../cluster/inventory/inventory.js';
import type { CredentialPaths } from '../credentials/paths.js';
import type { Loaded } from './behaviour.js';
import { agentConfig, componentConfigs } from './configs.js';
import type { FaultName } from './faults.js';
import { handlersOf } from './handlers.js';
import { type Member, type MemberCounts, type MemberName, membersOf, oneOfEach } from './members.js';
import { DevPort } from './port.js';
import { registryOf } from './registry.js';
import { layOutAsTiup } from './tiup-layout.js';

type RotationOrder = 'key-first' | 'certificate-first';

interface RotateOptions {
  readonly order?: RotationOrder;
  readonly notAfter?: Date;
  /** Called between the two writes. */
  readonly between?: () => Promise<void>;
}

/** Components as ports in this process, with files in the layout of TiUP. */
export interface DevCluster {
  readonly directory: string;
  readonly agentConfig: string;
  readonly authority: Authority;
  port(member: MemberName, endpoint: EndpointName): number;
  files(member: MemberName | 'agent'): CredentialPaths;
  fault(member: MemberName, endpoint: EndpointName, name: FaultName, on: boolean): Promise<void>;
  /** Overwrites certificate and key with new ones. */
  rotate(member: MemberName, options?: RotateOptions): Promise<void>;
  replaceCa(member: MemberName): Promise<void>;
  restart(member: MemberName): void;
  stop(): Promise<void>;
}

const day = 86_400_000;

export interface DevClusterOptions {
  /** The root of all files; `stop` removes it. A temporary one by default. */
  readonly directory?: string;
  readonly members?: MemberCounts;
  /** `tiup`: addresses are in start scripts, as TiUP writes them, and the configuration files are nearly empty. */
  readonly layout?: 'files' | 'tiup';
  /** Issues every certificate and is every CA file; a root by default. */
  readonly authority?: Authority;
}

export async function startDevCluster(options: DevClusterOptions = {}): Promise<DevCluster> {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'tidb-mtls-demo-'));
  const authority = options.authority ?? (await Authority.create());
  const members = membersOf(options.members ?? oneOfEach);
  const layout = layoutOf(directory, members);
  for (const member of [...members.map(({ name }) => name), 'agent'] as const) {
    await writeCredentials(layout, member, authority);
  }
  const instances = new Map<MemberName, Instance>();
  const ports = await startPorts(members, layout, instances);
  const addressOf = addressesOf(ports);
  const pdAddresses = members.filter(({ component }) => component === 'pd').map((pd) => addressOf(pd, 'client'));
  for (const member of members) {
    const folder = join(directory, member.name, 'conf');
    instances.set(member.name, await writeConfigs(member, folder, addressOf, pdAddresses));
  }
  if (options.layout === 'tiup') {
    for (const member of members) {
      const address = (endpoint: EndpointName) => addressOf(member, endpoint);
      await layOutAsTiup(member, join(directory, member.name), address, pdAddresses);
    }
  }
  await writeFile(layout.agentConfig, agentConfig());
  return clusterOf(layout, authority, ports);
}

/** Where the files of the cluster are. */
interface Layout extends Pick<DevCluster, 'directory' | 'agentConfig' | 'files'> {
  readonly pairOf: (member: MemberName | 'agent') => PairName;
}

function layoutOf(directory: string, members: readonly Member[]): Layout {
  const components = new Map(members.map(({ name, component }) => [name, component]));
  const pairOf = (member: MemberName | 'agent') => (member === 'agent' ? 'agent' : required(components.get(member)));
  const files = (member: MemberName | 'agent') => {
    const tls = join(directory, member, 'tls');
    const pair = pairOf(member);
    return { ca: join(tls, 'ca.crt'), cert: join(tls, `${pair}.crt`), key: join(tls, `${pair}.pem`) };
  };
  return { directory, agentConfig: join(directory, 'agent.toml'), files, pairOf };
}

async function writeCredentials(
  { directory, files, pairOf }: Layout,
  member: MemberName | 'agent',
  authority: Authority,
): Promise<void> {
  await mkdir(join(directory, member, 'tls'), { recursive: true });
  await mkdir(join(directory, member, 'conf'), { recursive: true });
  const issued = await authority.issue(issueOptions(pairOf(member)));
  await writeFile(files(member).ca, authority.certificatePem);
  await writeFile(files(member).key, issued.keyPem, { mode: 0o600 });
  await writeFile(files(member).cert, issued.certificatePem);
}

type Ports = ReadonlyMap<MemberName, ReadonlyMap<EndpointName, DevPort>>;
type AddressOf = (member: Member, endpoint: EndpointName) => string;

function portAt(ports: Ports, member: MemberName, endpoint: EndpointName): DevPort {
  return required(ports.get(member)?.get(endpoint));
}

function addressesOf(ports: Ports): AddressOf {
  return ({ name }, endpoint) => `127.0.0.1:${portAt(ports, name, endpoint).number}`;
}

/** Starts every port. The ports read `instances` at their connections, so it may be filled later. */
async function startPorts(
  members: readonly Member[],
  { files }: Layout,
  instances: ReadonlyMap<MemberName, Instance>,
): Promise<Ports> {
  const ports = new Map<MemberName, Map<EndpointName, DevPort>>();
  const registry = () => registryOf(members, addressesOf(ports));
  for (const member of members) {
    const ofMember = new Map<EndpointName, DevPort>();
    for (const profile of endpointsOf(member)) {
      const port = new DevPort({
        profile,
        files: files(member.name),
        instance: () => required(instances.get(member.name)),
        handlers: handlersOf(member, profile.name, registry),
        ownCommonName: componentCommonNames[member.component],
      });
      await port.listen();
      ofMember.set(profile.name, port);
    }
    ports.set(member.name, ofMember);
  }
  return ports;
}

function clusterOf({ pairOf, ...layout }: Layout, authority: Authority, ports: Ports): DevCluster {
  const { directory, files } = layout;
  return {
    ...layout,
    authority,
    port: (member, endpoint) => portAt(ports, member, endpoint).number,
    fault: async (member, endpoint, name, on) => {
      const substitute = on ? await substituteFor(name, authority, issueOptions(pairOf(member))) : undefined;
      await portAt(ports, member, endpoint).fault(name, on, substitute);
    },
    rotate: async (member, { order = 'key-first', notAfter, between } = {}) => {
      const issued = await authority.issue(issueOptions(pairOf(member), notAfter));
      const writes = [
        () => writeFile(files(member).key, issued.keyPem, { mode: 0o600 }),
        () => writeFile(files(member).cert, issued.certificatePem),
      ];
      const [first, second] = order === 'key-first' ? writes : writes.reverse();
      await first?.();
      await between?.();
      await second?.();
    },
    replaceCa: async (member) => {
      await writeFile(files(member).ca, (await Authority.create({ commonName: 'Next CA' })).certificatePem);
    },
    restart: (member) => {
      for (const port of ports.get(member)?.values() ?? []) {
        port.restart();
      }
    },
    stop: async () => {
      await Promise.all([...ports.values()].flatMap((ofMember) => [...ofMember.values()].map((port) => port.stop())));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Writes the configuration files of a member. Returns its instance, as the agent reads it from them. */
async function writeConfigs(
  member: Member,
  folder: string,
  addressOf: AddressOf,
  pdAddresses: readonly string[],
): Promise<Instance> {
  const address = (endpoint: EndpointName) => addressOf(member, endpoint);
  const configs = componentConfigs(member.component, { name: member.name, address, pdAddresses });
  for (const [name, text] of Object.entries(configs)) {
    await writeFile(join(folder, name), text);
  }
  const [main = ''] = Object.keys(configs);
  return required(readComponentConfig(join(folder, main), member.component).instance);
}

/** All ports except TiFlash's HTTPS port, which 7.1 removed. */
function endpointsOf({ component }: Member) {
  return profiles[component].endpoints.filter(({ name }) => name !== 'http');
}

function issueOptions(pair: PairName, notAfter?: Date): IssueOptions {
  return {
    commonName: componentCommonNames[pair],
    ...splitHosts(loopbackHosts),
    notAfter: notAfter ?? new Date(Date.now() + 365 * day),
  };
}

const substitutes: Readonly<Partial<Record<FaultName, BadKind>>> = {
  serveExpired: 'expired',
  serveOtherCa: 'otherCa',
  serveOtherName: 'otherHost',
};

/** The certificate that the `serve…` faults present in place of the one on disk. */
async function substituteFor(
  name: FaultName,
  authority: Authority,
  options: IssueOptions,
): Promise<Loaded | undefined> {
  const kind = substitutes[name];
  if (kind === undefined) {
    return undefined;
  }
  const issued = await issueBad(authority, kind, options);
  return { cert: issued.certificatePem, key: issued.keyPem, ca: authority.certificatePem };
}

function required<T>(value: T | undefined): T {
  if (value === undefined) {
    throw new TypeError('the dev cluster does not match its profiles');
  }
  return value;
}
