import { existsSync } from 'node:fs';
import type { Discovery } from '../discovery/discover.js';
import type { Problem } from '../documents/origin.js';
import { mistakesOfDeployment } from '../lint/deployment.js';
import { mistakesInBoth } from '../lint/mistakes.js';
import { describeProcesses } from '../sources/command-lines.js';
import { type DescribedFile, readDescribedFile } from '../sources/described-file.js';
import { ownProcesses } from '../sources/own-processes.js';
import { withRunScript } from '../sources/run-script.js';
import { formatAddress } from './address.js';
import { boundedDiscovery } from './bounded-discovery.js';
import { instanceOf } from './component-config.js';
import { atHost, type ComponentFiles, withComponentFiles } from './component-files.js';
import { type DeclaredInstance, instanceOfDeclaration } from './declared.js';
import type { Described } from './described.js';
import type { Client, Instance, Inventory } from './inventory.js';
import { mergeReadings, type Reading } from './merge.js';
import { isThisHost } from './this-host.js';

interface InventorySources {
  /** Component files, topologies and manifests; their content tells which is which. */
  readonly files?: readonly string[] | undefined;
  readonly instances?: readonly DeclaredInstance[] | undefined;
  readonly clients?: readonly Client[] | undefined;
  /** Whether to read the command lines of this node's processes. */
  readonly processes?: boolean | undefined;
  readonly discovery?: Discovery | undefined;
  /** URLs of PD, by which the processes of this cluster are known. */
  readonly pd?: readonly string[] | undefined;
  /** The CA file of the agent. */
  readonly ca?: string | undefined;
  /** Settings for every instance of a component. */
  readonly components?: readonly ComponentFiles[] | undefined;
  /** The host name by which callers reach this node's components. */
  readonly host?: string | undefined;
}

/** The inventory from all sources. Never throws: what cannot be used becomes a problem. */
export function buildInventory(sources: InventorySources): Inventory {
  const problems: Problem[] = [];
  const read = (sources.files ?? []).map((file) => ({ file, ...readWithFlags(file, problems) }));
  const processes = sources.processes === true ? processesOf(sources, read, problems) : [];
  problems.push(...mistakesOf(read, processes));
  const { discovery, components = [], host } = sources;
  const onThisNode = (instances: readonly Instance[]) => instances.map((one) => atHost(host, one));
  const ofFiles = read.map(({ kind, described }) => ({
    kind,
    instances: described.flatMap((one) => instancesOf(one, problems)),
  }));
  const readings: readonly Reading[] = [
    {
      source: 'declared',
      instances: onThisNode((sources.instances ?? []).flatMap((one) => instanceOfDeclaration(one, problems) ?? [])),
    },
    {
      source: 'process',
      instances: onThisNode(processes.flatMap((one) => instancesOf(one, problems))),
    },
    {
      source: 'config',
      instances: onThisNode(ofFiles.filter(({ kind }) => kind === 'component').flatMap(({ instances }) => instances)),
    },
    {
      source: 'deployment',
      instances: ofFiles
        .filter(({ kind }) => kind !== 'component')
        .flatMap(({ instances }) => instances.map((one) => localIfHere(one, instances, host))),
    },
  ];
  const discovered = boundedDiscovery(
    discovery?.instances ?? [],
    readings.flatMap((reading) => reading.instances),
  );
  const { instances, disagreements } = mergeReadings([
    ...readings,
    { source: 'pd', instances: discovered.instances, complete: discovery?.complete },
  ]);
  return {
    instances: instances.map((one) => withComponentFiles(one, components)),
    clients: [...(sources.clients ?? []), ...read.flatMap(clientsOf)],
    problems: distinct([...problems, ...(discovery?.problems ?? []), ...discovered.problems]),
    disagreements: distinct(disagreements),
    ...(discovered.leftOut === 0 ? {} : { leftOut: discovered.leftOut }),
  };
}

/** The processes of this cluster, as its PDs and the files that describe it show. */
function processesOf(
  { pd = [], ca, discovery, instances = [], host }: InventorySources,
  read: readonly DescribedFile[],
  problems: Problem[],
): readonly Described[] {
  const described = read.flatMap((one) => one.described);
  const members = [
    ...(discovery?.instances ?? []),
    ...described.flatMap((one) => (one.component === 'pd' ? (instanceOf(one, []) ?? []) : [])),
  ].filter(({ component }) => component === 'pd');
  const declared = instances.flatMap(({ component, address }) => (component === 'pd' ? [address] : []));
  const anchors = {
    pd: [...pd, ...declared, ...members.flatMap(({ endpoints }) => endpoints.map(formatAddress))],
    directories: [
      // The same directory on another host of a topology may be another cluster's here.
      ...described
        .filter((one) => one.host === undefined || isThisHost(one.host, host))
        .flatMap(({ document }) => document.directory ?? document.file),
      ...instances.flatMap(({ config }) => config ?? []),
    ],
    ca,
  };
  return ownProcesses(describeProcesses(problems), anchors, problems);
}

/** A file, and the flags that TiUP starts its component with. */
function readWithFlags(file: string, problems: Problem[]): DescribedFile {
  const read = readDescribedFile(file, problems);
  return read.kind === 'component'
    ? { ...read, described: read.described.map((one) => withRunScript(one, problems)) }
    : read;
}

/** What lint reports of every configuration that is read. A file that a process has open is evaluated with its flags alone. */
function mistakesOf(
  read: readonly (DescribedFile & { readonly file: string })[],
  processes: readonly Described[],
): readonly Problem[] {
  const running = new Set(processes.map(({ document }) => document.file));
  const ofComponents = read.flatMap(({ kind, described }) =>
    described.filter(({ document }) => kind !== 'component' || !running.has(document.file)),
  );
  return [
    ...[...processes, ...ofComponents].flatMap((one) =>
      mistakesInBoth(one).map((problem) => unlessFlags(one, problem)),
    ),
    ...read.flatMap((one) => mistakesOfDeployment(one, one.file)),
  ];
}

/** What flags override: without them the file proves no URL. */
const setByFlags: readonly string[] = ['plaintext-url', 'mixed-schemes'];

function unlessFlags({ completeness }: Described, problem: Problem): Problem {
  return completeness === 'flags' && setByFlags.includes(problem.code) ? { ...problem, severity: 'note' } : problem;
}

/** A component's second file describes no instance. */
function instancesOf(described: Described, problems: Problem[]): readonly Instance[] {
  const instance = described.companion ? undefined : instanceOf(described, problems);
  return instance === undefined ? [] : [instance];
}

/**
 * Of a topology only the instances whose files exist here are local. TiUP uses the same paths on every host, so of several
 * instances with one path only that of this host is.
 */
function localIfHere(instance: Instance, all: readonly Instance[], host: string | undefined): Instance {
  const { cert } = instance.security;
  const shared = all.some((one) => one !== instance && one.security.cert?.value === cert?.value);
  const isHere = !shared || instance.endpoints.some((endpoint) => isThisHost(endpoint.host, host));
  return { ...instance, configFile: undefined, local: cert !== undefined && existsSync(cert.value) && isHere };
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
    ...(monitored
      ? [
          { name: 'prometheus' as const, commonName: 'prometheus' },
          { name: 'blackbox-exporter' as const, commonName: 'blackbox_exporter' },
        ]
      : []),
  ];
}

function distinct<T extends Problem>(problems: readonly T[]): readonly T[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}
