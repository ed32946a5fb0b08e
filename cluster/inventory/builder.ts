import { existsSync } from 'node:fs';
import type { ConfiguredPaths } from '../../credentials/paths.js';
import { endpointsOf } from '../components/port-locations.js';
import type { ComponentName, EndpointName, PortLocations } from '../components/profile.js';
import { profiles } from '../components/profiles.js';
import type { Discovery } from '../discovery/discover.js';
import type { Origin, Problem, Sourced } from '../documents/origin.js';
import { describeProcesses } from '../sources/command-lines.js';
import { type DescribedFile, readDescribedFile } from '../sources/described-file.js';
import { parseAddress } from './address.js';
import { instanceOf, readComponentConfig } from './component-config.js';
import { atHost, type ComponentFiles, withComponentFiles } from './component-files.js';
import type { Described } from './described.js';
import { instanceName } from './instance-name.js';
import type { Client, Instance, Inventory } from './inventory.js';
import { mergeReadings, type Reading } from './merge.js';

/** A component declared in agent.toml or by flag. */
export interface DeclaredInstance extends ConfiguredPaths {
  readonly component: ComponentName;
  /** Main port: TiDB's status port, PD's client port, TiKV's gRPC port. */
  readonly address: string;
  /** Its other ports, by name. */
  readonly addresses?: Readonly<Partial<Record<EndpointName, string>>> | undefined;
  readonly config?: string | undefined;
  readonly version?: string | undefined;
  readonly allowedCommonNames?: readonly string[] | undefined;
  readonly origin: Origin;
}

interface InventorySources {
  /** Component files, topologies and manifests; their content tells which is which. */
  readonly files?: readonly string[] | undefined;
  readonly instances?: readonly DeclaredInstance[] | undefined;
  readonly clients?: readonly Client[] | undefined;
  /** Whether to read the command lines of this node's processes. */
  readonly processes?: boolean | undefined;
  readonly discovery?: Discovery | undefined;
  /** Settings for every instance of a component. */
  readonly components?: readonly ComponentFiles[] | undefined;
  /** The host name by which callers reach this node's components. */
  readonly host?: string | undefined;
}

/** The inventory from all sources. Never throws: what cannot be used becomes a problem. */
export function buildInventory(sources: InventorySources): Inventory {
  const problems: Problem[] = [];
  const read = (sources.files ?? []).map((file) => readDescribedFile(file, problems));
  const fromFiles = read.flatMap(({ kind, described }) => described.map((one) => ({ kind, described: one })));
  const processes = sources.processes === true ? describeProcesses(problems) : [];
  const { discovery, components = [], host } = sources;
  const readings: readonly Reading[] = [
    {
      source: 'declared',
      instances: (sources.instances ?? [])
        .flatMap((one) => fromDeclaration(one, problems) ?? [])
        .map((one) => atHost(host, one)),
    },
    {
      source: 'process',
      instances: processes.flatMap((one) => instancesOf(one, problems)).map((one) => atHost(host, one)),
    },
    {
      source: 'config',
      instances: fromFiles
        .filter(({ kind }) => kind === 'component')
        .flatMap(({ described }) => instancesOf(described, problems))
        .map((one) => atHost(host, one)),
    },
    {
      source: 'deployment',
      instances: fromFiles
        .filter(({ kind }) => kind !== 'component')
        .flatMap(({ described }) => instancesOf(described, problems).map(localIfHere)),
    },
    { source: 'pd', instances: discovery?.instances ?? [], complete: discovery?.complete },
  ];
  const { instances, disagreements } = mergeReadings(readings);
  return {
    instances: instances.map((one) => withComponentFiles(one, components)),
    clients: [...(sources.clients ?? []), ...read.flatMap(clientsOf)],
    problems: distinct([...problems, ...(discovery?.problems ?? [])]),
    disagreements: distinct(disagreements),
  };
}

/** A component's second file describes no instance. */
function instancesOf(described: Described, problems: Problem[]): readonly Instance[] {
  const { component, companion, document, second, version } = described;
  const instance = companion ? undefined : instanceOf(profiles[component], document, problems, second);
  return instance === undefined ? [] : [{ ...instance, version: version ?? instance.version }];
}

/** Of a topology only the instances whose files exist here are local. */
function localIfHere(instance: Instance): Instance {
  const { cert } = instance.security;
  return { ...instance, configFile: undefined, local: cert !== undefined && existsSync(cert.value) };
}

/** The clients that TiUP deploys: itself and Prometheus. */
function clientsOf(read: DescribedFile): readonly Client[] {
  if (read.kind !== 'topology' || !read.topology.tls) {
    return [];
  }
  const { described } = read.topology;
  const tiup = described.find(({ tiupClient }) => tiupClient !== undefined)?.tiupClient;
  const monitored = described.some(({ monitored }) => monitored === true);
  return [
    ...(tiup === undefined ? [] : [{ name: 'tiup' as const, commonName: tiup }]),
    ...(monitored ? [{ name: 'prometheus' as const, commonName: 'prometheus' }] : []),
  ];
}

function distinct<T extends Problem>(problems: readonly T[]): readonly T[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

function fromDeclaration(declared: DeclaredInstance, problems: Problem[]): Instance | undefined {
  const { component, origin } = declared;
  const profile = profiles[component];
  const file = declared.config === undefined ? undefined : readComponentConfig(declared.config, component);
  problems.push(...(file?.problems ?? []));
  const locations: PortLocations = {};
  const locate = (name: EndpointName, text: string | undefined): boolean => {
    const address = text === undefined ? undefined : parseAddress(text);
    if (text !== undefined && address === undefined) {
      problems.push({
        code: 'bad-address',
        severity: 'fail',
        origin,
        message: `"${text}" is not host:port`,
        remediation: 'write it as 10.0.1.2:20160',
      });
      return false;
    }
    if (address !== undefined && profile.endpoints.some((endpoint) => endpoint.name === name)) {
      locations[name] = { address, origin, scheme: 'https' };
    }
    return true;
  };
  const others = Object.entries(declared.addresses ?? {}) as [EndpointName, string][];
  const all: readonly (readonly [EndpointName, string])[] = [[profile.mainEndpoint, declared.address], ...others];
  if (!all.map(([name, text]) => locate(name, text)).every(Boolean)) {
    return undefined;
  }
  const fromFile = (file?.instance?.endpoints ?? []).filter((endpoint) => locations[endpoint.name] === undefined);
  const security = file?.instance?.security;
  const names = declared.allowedCommonNames;
  const listOf = (name: EndpointName) =>
    names !== undefined
      ? { value: names, origin }
      : (file?.instance?.endpoints.find((endpoint) => endpoint.name === name)?.allowList ??
        (security?.allowedCommonNames || (file?.instance === undefined ? 'unknown' : 'none')));
  const endpoints = [...endpointsOf(profile, locations, listOf), ...fromFile];
  const sourced = (value: string | undefined): Sourced<string> | undefined =>
    value === undefined ? undefined : { value, origin };
  const name = instanceName(profile, endpoints);
  return name === undefined
    ? undefined
    : {
        component,
        name,
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
