import { formatAddress, parseAddress } from './address.js';
import { readComponentConfig } from './component-config.js';
import type { Client, Instance, Inventory, Origin, Problem, Sourced } from './inventory.js';
import { endpointsOf, type Placement } from './placement.js';
import type { ComponentName, EndpointName } from './profile.js';
import { profiles } from './profiles.js';

/** A component named by hand, in agent.toml or by flag. */
export interface DeclaredInstance {
  readonly component: ComponentName;
  /** Main port: TiDB's status port, PD's client port, TiKV's gRPC port. */
  readonly address: string;
  /** Its other ports by name. */
  readonly addresses?: Readonly<Partial<Record<EndpointName, string>>>;
  readonly config?: string;
  readonly version?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly allowedCommonNames?: readonly string[];
  readonly origin: Origin;
}

export interface InventorySources {
  readonly configs?: readonly string[] | undefined;
  readonly instances?: readonly DeclaredInstance[] | undefined;
  readonly clients?: readonly Client[] | undefined;
}

/** What should be, from config files and declarations. Never throws; what cannot be used is a problem. */
export function buildInventory(sources: InventorySources): Inventory {
  const problems: Problem[] = [];
  const instances = new Map<string, Instance>();
  const add = (instance: Instance | undefined) => {
    if (instance !== undefined) {
      instances.set(`${instance.component}/${instance.name}`, instance);
    }
  };
  for (const file of sources.configs ?? []) {
    const read = readComponentConfig(file);
    problems.push(...read.problems);
    add(read.instance);
  }
  for (const declared of sources.instances ?? []) {
    add(fromDeclaration(declared, problems));
  }
  return { instances: [...instances.values()], clients: sources.clients ?? [], problems, disagreements: [] };
}

function fromDeclaration(declared: DeclaredInstance, problems: Problem[]): Instance | undefined {
  const { component, origin } = declared;
  const profile = profiles[component];
  const file = declared.config === undefined ? undefined : readComponentConfig(declared.config, component);
  problems.push(...(file?.problems ?? []));
  const placement: Placement = {};
  const place = (name: EndpointName, text: string | undefined): boolean => {
    const address = text === undefined ? undefined : parseAddress(text);
    if (text !== undefined && address === undefined) {
      problems.push({
        code: 'bad-address',
        severity: 'fail',
        origin,
        message: `"${text}" is not host:port`,
        cure: 'write it as 10.0.1.2:20160',
      });
      return false;
    }
    if (address !== undefined && profile.endpoints.some((endpoint) => endpoint.name === name)) {
      placement[name] = { address, origin, scheme: 'https' };
    }
    return true;
  };
  const others = Object.entries(declared.addresses ?? {}) as [EndpointName, string][];
  const all: readonly (readonly [EndpointName, string])[] = [[profile.mainEndpoint, declared.address], ...others];
  if (!all.map(([name, text]) => place(name, text)).every(Boolean)) {
    return undefined;
  }
  const fromFile = (file?.instance?.endpoints ?? []).filter((endpoint) => placement[endpoint.name] === undefined);
  const security = file?.instance?.security;
  const names = declared.allowedCommonNames;
  const listOf = (name: EndpointName) =>
    names !== undefined
      ? { value: names, origin }
      : (file?.instance?.endpoints.find((endpoint) => endpoint.name === name)?.allowList ??
        (security?.allowedCommonNames || (file?.instance === undefined ? 'unknown' : 'none')));
  const endpoints = [...endpointsOf(profile, placement, listOf), ...fromFile];
  const sourced = (value: string | undefined): Sourced<string> | undefined =>
    value === undefined ? undefined : { value, origin };
  const named = endpoints.find(({ name }) => name === profile.instanceEndpoint) ?? endpoints[0];
  return named === undefined
    ? undefined
    : {
        component,
        name: formatAddress(named),
        version: declared.version,
        configFile: declared.config,
        security: {
          ...security,
          ca: sourced(declared.ca) ?? security?.ca,
          cert: sourced(declared.cert) ?? security?.cert,
          key: sourced(declared.key) ?? security?.key,
          allowedCommonNames: names === undefined ? security?.allowedCommonNames : { value: names, origin },
        },
        endpoints,
        advertisedHosts: file?.instance?.advertisedHosts ?? [],
        local: declared.config !== undefined || declared.cert !== undefined,
      };
}
