import { Authority, type Issued, type IssueOptions } from '../../certs-dev/authority.js';
import { componentCommonNames } from '../../certs-dev/names.js';
import type { Evidence } from '../../checks/check.js';
import type { ComponentName, EndpointName } from '../../cluster/components/profile.js';
import type { Instance } from '../../cluster/inventory/inventory.js';
import type { CredentialFacts } from '../../credentials/facts.js';
import { instanceOf } from './evidence.js';

/** What a port does besides what its profile, files and list say. */
export type Switch =
  | 'down'
  | 'silent'
  | 'plaintext'
  | 'plaintext-too'
  | 'other-program'
  | 'error'
  | 'rejects-all'
  | 'requests-none'
  | 'verifies-none'
  | 'ignores-names'
  | 'no-alpn';

/** One component of a cluster in memory: files on disk, what its process holds, and its configuration. */
export interface ModelMember {
  readonly component: ComponentName;
  readonly pair: Issued;
  readonly ca: string;
  /** What the process holds, where it is not what is on disk. */
  readonly served?: Readonly<Partial<Record<EndpointName, Issued>>>;
  readonly loadedCa?: string;
  readonly loadedList?: readonly string[] | 'none';
  readonly instance: Instance;
  /** Replaces facts of the files, as for a file that is missing. */
  readonly facts?: Partial<CredentialFacts>;
  readonly ports?: Readonly<Partial<Record<EndpointName, Switch>>>;
}

export interface Model {
  readonly members: readonly ModelMember[];
  readonly agent: Pick<ModelMember, 'pair' | 'ca' | 'facts'>;
  readonly more?: Partial<Pick<Evidence, 'baselines' | 'peerReports' | 'resumptions'>>;
  readonly inventory?: Partial<Pick<Evidence['inventory'], 'problems' | 'disagreements'>>;
}

export const clusterCa = await Authority.create({ commonName: 'Cluster CA' });
export const otherAuthority = await Authority.create({ commonName: 'Cluster CA' });
const hosts = { dns: ['localhost'], ip: ['127.0.0.1'] };

export function pairOf(name: keyof typeof componentCommonNames, more: Partial<IssueOptions> = {}, from = clusterCa) {
  return from.issue({ commonName: componentCommonNames[name], ...hosts, ...more });
}

const modelled: readonly ComponentName[] = ['tidb', 'pd', 'tikv', 'ticdc'];
const listOf = (component: ComponentName): readonly string[] => [
  ...modelled.filter((caller) => callersOf(component).has(caller)).map((caller) => componentCommonNames[caller]),
  componentCommonNames.agent,
];
const callersOf = (component: ComponentName) =>
  new Set<string>([component, ...instanceOf(component).endpoints.flatMap(({ profile }) => profile.calledBy)]);

/** A healthy cluster: one of each, with allow-lists, and the agent. */
export async function healthy(): Promise<Model> {
  const members = await Promise.all(
    modelled.map(async (component, index): Promise<ModelMember> => {
      const name = `127.0.0.1:${index + 1}`;
      return {
        component,
        pair: await pairOf(component),
        ca: clusterCa.certificatePem,
        instance: configured(component, name, listOf(component)),
      };
    }),
  );
  return { members, agent: { pair: await pairOf('agent'), ca: clusterCa.certificatePem } };
}

/** The instance with this list at a position of its own file. */
export function configured(component: ComponentName, name: string, list: readonly string[] | undefined): Instance {
  const origin = { kind: 'file', file: `/conf/${component}.toml`, line: 12, column: 1 } as const;
  const instance = instanceOf(component, list === undefined ? { name } : { name, list });
  const file = (kind: string) => ({ value: `/tls/${component}.${kind}`, origin });
  return {
    ...instance,
    version: '8.5.0',
    advertisedHosts: [{ value: '127.0.0.1', origin }],
    security: {
      ca: file('ca'),
      cert: file('crt'),
      key: file('key'),
      allowedCommonNames: list && { value: list, origin },
    },
    endpoints: instance.endpoints.map((endpoint, index) => ({
      ...endpoint,
      port: Number(name.split(':')[1]) * 10 + index,
      origin,
      allowList: list === undefined ? 'none' : { value: list, origin },
    })),
  };
}

export function changed(model: Model, component: ComponentName, more: Partial<ModelMember>): Model {
  return { ...model, members: model.members.map((one) => (one.component === component ? { ...one, ...more } : one)) };
}

export function switched(model: Model, component: ComponentName, ports: ModelMember['ports']): Model {
  return changed(model, component, ports === undefined ? {} : { ports });
}
