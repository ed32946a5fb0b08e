import { mkdtempSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Authority, type IssueOptions } from '../certs-dev/authority.js';
import { issueBad } from '../certs-dev/bad.js';
import { componentCommonNames } from '../certs-dev/names.js';
import { loopbackHosts, splitHosts } from '../certs-dev/pki.js';
import { readComponentConfig } from '../cluster/component-config.js';
import type { Instance } from '../cluster/inventory.js';
import { type ComponentName, componentNames, type EndpointName } from '../cluster/profile.js';
import { profiles } from '../cluster/profiles.js';
import type { Loaded } from './behaviour.js';
import { agentConfig, componentConfig, type Ports } from './configs.js';
import type { FaultName } from './faults.js';
import { handlersOf } from './handlers.js';
import { DevPort } from './port.js';

export type RotationOrder = 'key-first' | 'certificate-first';

export interface RotateOptions {
  readonly order?: RotationOrder;
  readonly notAfter?: Date;
  /** Called between the writing of the two files. */
  readonly between?: () => Promise<void>;
}

/** One TiDB, one PD and one TiKV as ports in this process, laid out on disk as TiUP lays them out. */
export interface DevCluster {
  readonly directory: string;
  readonly agentConfig: string;
  readonly authority: Authority;
  port(component: ComponentName, endpoint: EndpointName): number;
  files(component: ComponentName | 'agent'): { readonly ca: string; readonly cert: string; readonly key: string };
  fault(component: ComponentName, endpoint: EndpointName, name: FaultName, on: boolean): Promise<void>;
  /** Writes a new pair in place. */
  rotate(component: ComponentName, options?: RotateOptions): Promise<void>;
  replaceCa(component: ComponentName): Promise<void>;
  restart(component: ComponentName): void;
  stop(): Promise<void>;
}

const day = 86_400_000;

/** Starts it; everything lives under `directory`, a temporary one by default, which `stop` removes. */
export async function startDevCluster(options: { readonly directory?: string } = {}): Promise<DevCluster> {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'tidb-mtls-demo-'));
  const authority = await Authority.create();
  const hosts = splitHosts(loopbackHosts);
  const deployment = (component: ComponentName | 'agent') => join(directory, component);
  const files = (component: ComponentName | 'agent') => {
    const tls = join(deployment(component), 'tls');
    return { ca: join(tls, 'ca.crt'), cert: join(tls, `${component}.crt`), key: join(tls, `${component}.pem`) };
  };
  const issueOptions = (component: ComponentName | 'agent', notAfter?: Date): IssueOptions => ({
    commonName: componentCommonNames[component],
    ...hosts,
    notAfter: notAfter ?? new Date(Date.now() + 365 * day),
  });
  for (const component of [...componentNames, 'agent'] as const) {
    const issued = await authority.issue(issueOptions(component));
    await mkdir(dirname(files(component).ca), { recursive: true });
    await mkdir(join(deployment(component), 'conf'), { recursive: true });
    await writeFile(files(component).ca, authority.certificatePem);
    await writeFile(files(component).key, issued.keyPem, { mode: 0o600 });
    await writeFile(files(component).cert, issued.certificatePem);
  }

  const ports = new Map<string, DevPort>();
  const numbers: Record<string, number> = {};
  const instances = new Map<ComponentName, Instance>();
  const pdUrls = () => ({
    client: `https://127.0.0.1:${numbers['pd/client']}`,
    peer: `https://127.0.0.1:${numbers['pd/peer']}`,
  });
  for (const component of componentNames) {
    for (const profile of profiles[component].endpoints) {
      const key = `${component}/${profile.name}`;
      const port = new DevPort({
        profile,
        files: files(component),
        instance: () => required(instances.get(component)),
        handlers: handlersOf(component, profile.name, pdUrls),
      });
      numbers[key] = await port.listen();
      ports.set(key, port);
    }
  }
  for (const component of componentNames) {
    const file = join(deployment(component), 'conf', `${component}.toml`);
    await writeFile(file, componentConfig(component, numbers as Ports));
    instances.set(component, required(readComponentConfig(file, component).instance));
  }
  const agentFile = join(directory, 'agent.toml');
  await writeFile(agentFile, agentConfig());

  const portOf = (component: ComponentName, endpoint: EndpointName) => required(ports.get(`${component}/${endpoint}`));
  const each = (component: ComponentName) => profiles[component].endpoints.map(({ name }) => portOf(component, name));
  return {
    directory,
    agentConfig: agentFile,
    authority,
    files,
    port: (component, endpoint) => numbers[`${component}/${endpoint}`] ?? 0,
    fault: async (component, endpoint, name, on) => {
      const substitute = on ? await substituteFor(name, authority, issueOptions(component)) : undefined;
      await portOf(component, endpoint).fault(name, on, substitute);
    },
    rotate: async (component, { order = 'key-first', notAfter, between } = {}) => {
      const issued = await authority.issue(issueOptions(component, notAfter));
      const writes = [
        () => writeFile(files(component).key, issued.keyPem, { mode: 0o600 }),
        () => writeFile(files(component).cert, issued.certificatePem),
      ];
      const [first, second] = order === 'key-first' ? writes : writes.reverse();
      await first?.();
      await between?.();
      await second?.();
    },
    replaceCa: async (component) => {
      await writeFile(files(component).ca, (await Authority.create({ commonName: 'Next CA' })).certificatePem);
    },
    restart: (component) => {
      for (const port of each(component)) {
        port.restart();
      }
    },
    stop: async () => {
      await Promise.all([...ports.values()].map((port) => port.stop()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The pair that the `serve…` faults present instead of the one on disk. */
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
    throw new TypeError('the dev cluster is not laid out as its profiles say');
  }
  return value;
}
