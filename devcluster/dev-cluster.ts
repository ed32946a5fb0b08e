import { mkdtempSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority, type IssueOptions } from '../certs-dev/authority.js';
import { issueBad } from '../certs-dev/bad.js';
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

export type RotationOrder = 'key-first' | 'certificate-first';

export interface RotateOptions {
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
}

export async function startDevCluster(options: DevClusterOptions = {}): Promise<DevCluster> {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'tidb-mtls-demo-'));
  const authority = await Authority.create();
  const members = membersOf(options.members ?? oneOfEach);
  const files = (member: MemberName | 'agent') => {
    const tls = join(directory, member, 'tls');
    const component = componentOf(member);
    return { ca: join(tls, 'ca.crt'), cert: join(tls, `${component}.crt`), key: join(tls, `${component}.pem`) };
  };
  for (const member of [...members.map(({ name }) => name), 'agent'] as const) {
    const issued = await authority.issue(issueOptions(member));
    await mkdir(join(directory, member, 'tls'), { recursive: true });
    await mkdir(join(directory, member, 'conf'), { recursive: true });
    await writeFile(files(member).ca, authority.certificatePem);
    await writeFile(files(member).key, issued.keyPem, { mode: 0o600 });
    await writeFile(files(member).cert, issued.certificatePem);
  }

  const ports = new Map<string, DevPort>();
  const numbers = new Map<string, number>();
  const instances = new Map<MemberName, Instance>();
  const addressOf = ({ name }: Member, endpoint: EndpointName) => `127.0.0.1:${numbers.get(`${name}/${endpoint}`)}`;
  const registry = () => registryOf(members, addressOf);
  for (const member of members) {
    for (const profile of endpointsOf(member)) {
      const port = new DevPort({
        profile,
        files: files(member.name),
        instance: () => required(instances.get(member.name)),
        handlers: handlersOf(member, profile.name, registry),
        ownCommonName: componentCommonNames[member.component],
      });
      numbers.set(`${member.name}/${profile.name}`, await port.listen());
      ports.set(`${member.name}/${profile.name}`, port);
    }
  }
  const pdAddresses = members.filter(({ component }) => component === 'pd').map((pd) => addressOf(pd, 'client'));
  for (const member of members) {
    const folder = join(directory, member.name, 'conf');
    const address = (endpoint: EndpointName) => addressOf(member, endpoint);
    const configs = componentConfigs(member.component, { name: member.name, address, pdAddresses });
    for (const [name, text] of Object.entries(configs)) {
      await writeFile(join(folder, name), text);
    }
    const [main = ''] = Object.keys(configs);
    instances.set(member.name, required(readComponentConfig(join(folder, main), member.component).instance));
  }
  const agentFile = join(directory, 'agent.toml');
  await writeFile(agentFile, agentConfig());

  const portOf = (member: MemberName, endpoint: EndpointName) => required(ports.get(`${member}/${endpoint}`));
  return {
    directory,
    agentConfig: agentFile,
    authority,
    files,
    port: (member, endpoint) => required(numbers.get(`${member}/${endpoint}`)),
    fault: async (member, endpoint, name, on) => {
      const substitute = on ? await substituteFor(name, authority, issueOptions(member)) : undefined;
      await portOf(member, endpoint).fault(name, on, substitute);
    },
    rotate: async (member, { order = 'key-first', notAfter, between } = {}) => {
      const issued = await authority.issue(issueOptions(member, notAfter));
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
      for (const [key, port] of ports) {
        if (key.startsWith(`${member}/`)) {
          port.restart();
        }
      }
    },
    stop: async () => {
      await Promise.all([...ports.values()].map((port) => port.stop()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** All ports except TiFlash's HTTPS port, which 7.1 removed. */
function endpointsOf({ component }: Member) {
  return profiles[component].endpoints.filter(({ name }) => name !== 'http');
}

function componentOf(member: MemberName | 'agent'): PairName {
  return member.replace(/-\d+$/, '') as PairName;
}

function issueOptions(member: MemberName | 'agent', notAfter?: Date): IssueOptions {
  return {
    commonName: componentCommonNames[componentOf(member)],
    ...splitHosts(loopbackHosts),
    notAfter: notAfter ?? new Date(Date.now() + 365 * day),
  };
}

/** The certificate that the `serve…` faults present in place of the one on disk. */
async function substituteFor(
  name: FaultName,
  authority: Authority,
  options: IssueOptions,
): Promise<Loaded | undefined> {
  const kind =
    name === 'serveExpired'
      ? 'expired'
      : name === 'serveOtherCa'
        ? 'otherCa'
        : name === 'serveOtherName'
          ? 'otherHost'
          : undefined;
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
