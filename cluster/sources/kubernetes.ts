import { type ComponentName, type ConfigFileProfile, componentNames } from '../components/profile.js';
import { profiles } from '../components/profiles.js';
import { orProblem } from '../documents/config-error.js';
import { documentOf, type Entries, entriesAt } from '../documents/document.js';
import type { Origin, Problem } from '../documents/origin.js';
import { tomlEntries } from '../documents/toml.js';
import { at, settingsOf, textAt, type YamlValue } from '../documents/yaml.js';
import type { Described } from '../inventory/described.js';
import { type PodNames, podSettings } from './pod-settings.js';

/** The resources of tidb-operator v2, one per group of a component. */
const groupKinds: Readonly<Record<string, ComponentName>> = {
  PDGroup: 'pd',
  TiKVGroup: 'tikv',
  TiDBGroup: 'tidb',
  TiFlashGroup: 'tiflash',
  TiCDCGroup: 'ticdc',
  TiProxyGroup: 'tiproxy',
  TSOGroup: 'tso',
  SchedulingGroup: 'scheduling',
  SchedulerGroup: 'scheduling',
  ResourceManagerGroup: 'resource-manager',
  RouterGroup: 'router',
};

/** Whether a YAML document is a Kubernetes object of any kind. */
export function isKubernetes(root: YamlValue): boolean {
  return textAt(root, 'apiVersion') !== undefined && textAt(root, 'kind') !== undefined;
}

const kindsRead: readonly string[] = [
  ...['TidbCluster', 'Cluster', 'Certificate', 'Pod', 'Deployment', 'StatefulSet', 'DaemonSet'],
  ...Object.keys(groupKinds),
];

/** Whether anything in an object of this kind is read. */
export function isOfInterest(root: YamlValue): boolean {
  return kindsRead.includes(textAt(root, 'kind') ?? '');
}

export interface Manifest {
  readonly described: readonly Described[];
  /** The secret of each entry of `described`. */
  readonly secrets: readonly string[];
}

/** The components that TidbCluster (v1) and the groups of v2 among the documents describe. */
export function readManifests(documents: readonly YamlValue[], file: string, problems: Problem[]): Manifest {
  const switches = new Map(
    documents
      .filter((one) => textAt(one, 'kind') === 'Cluster')
      .map((one) => [textAt(one, 'metadata', 'name') ?? '', isOn(at(one, 'spec', 'tlsCluster', 'enabled'))]),
  );
  const found = documents.flatMap((root) => {
    const kind = textAt(root, 'kind') ?? '';
    const group = groupKinds[kind];
    if (kind === 'TidbCluster') {
      return fromTidbCluster(root, file, problems);
    }
    // Without its Cluster in the same files the TLS switch of a group is unknown; then only lists are read.
    const tls = switches.get(textAt(root, 'spec', 'cluster', 'name') ?? '');
    return group === undefined ? [] : fromGroup(root, group, tls, file, problems);
  });
  return { described: found.map(({ described }) => described), secrets: found.map(({ secret }) => secret) };
}

interface Found {
  readonly described: Described;
  readonly secret: string;
}

function fromTidbCluster(root: YamlValue, file: string, problems: Problem[]): readonly Found[] {
  const cluster = textAt(root, 'metadata', 'name') ?? '';
  const namespace = textAt(root, 'metadata', 'namespace') ?? 'default';
  const spec = at(root, 'spec');
  const tls = isOn(at(spec, 'tlsCluster', 'enabled')) ?? false;
  const neighbours = componentNames.filter((component) => at(spec, component) !== undefined);
  const services = (at(spec, 'pdms')?.items ?? []).flatMap((item) => {
    const component = componentNames.find((one) => one === textAt(item, 'name'));
    return component === undefined ? [] : [[component, item] as const];
  });
  const sections = [...neighbours.map((component) => [component, at(spec, component)] as const), ...services];
  return sections.flatMap(([component, section]) => {
    const set = `${cluster}-${component}`;
    const domain = textAt(spec, 'clusterDomain');
    const replicas = Number(textAt(section, 'replicas') ?? 1);
    const nested = component === 'tiflash' && at(section, 'config', 'config') !== undefined;
    const config = nested ? at(section, 'config', 'config') : at(section, 'config');
    return Array.from(
      { length: Number.isInteger(replicas) && replicas > 0 && replicas < 1000 ? replicas : 1 },
      (_, index) =>
        describe({
          component,
          file,
          problems: index === 0 ? problems : [],
          origin: section?.origin ?? root.origin,
          config,
          second: nested ? at(section, 'config', 'proxy') : undefined,
          version: textAt(section, 'version') ?? textAt(spec, 'version'),
          tls,
          neighbours,
          secret: `${set}-cluster-secret`,
          names: {
            host: `${set}-${index}.${set}-peer.${namespace}.svc${domain === undefined ? '' : `.${domain}`}`,
            operator: 'v1',
          },
        }),
    );
  });
}

function fromGroup(
  root: YamlValue,
  component: ComponentName,
  tls: boolean | undefined,
  file: string,
  problems: Problem[],
): readonly Found[] {
  const group = textAt(root, 'metadata', 'name') ?? '';
  const namespace = textAt(root, 'metadata', 'namespace') ?? 'default';
  const spec = at(root, 'spec', 'template', 'spec');
  return [
    describe({
      component,
      file,
      problems,
      origin: root.origin,
      config: at(spec, 'config'),
      second: at(spec, 'proxyConfig'),
      version: textAt(root, 'spec', 'version') ?? textAt(spec, 'version'),
      tls,
      neighbours: undefined,
      secret:
        textAt(spec, 'security', 'tls', 'cluster', 'certKeyPair', 'name') ?? `${group}-${component}-cluster-secret`,
      names: { host: `${group}-${component}-peer.${namespace}`, operator: 'v2' },
    }),
  ];
}

interface Parts {
  readonly component: ComponentName;
  readonly file: string;
  readonly problems: Problem[];
  readonly origin: Origin;
  readonly config: YamlValue | undefined;
  readonly second: YamlValue | undefined;
  readonly version: string | undefined;
  readonly tls: boolean | undefined;
  readonly neighbours: readonly ComponentName[] | undefined;
  readonly secret: string;
  readonly names: PodNames;
}

function describe({
  component,
  file,
  problems,
  origin,
  config,
  second,
  version,
  tls,
  neighbours,
  secret,
  names,
}: Parts): Found {
  const profile = profiles[component];
  const made = entriesAt(origin, podSettings(component, names, tls === true));
  const mounted = (kind: ConfigFileProfile) => (tls === true ? mountedPaths(component, kind, origin) : new Map());
  const described: Described = {
    component,
    companion: false,
    document: documentOf(file, configEntries(config, problems), made, mounted(profile)),
    second:
      profile.companion === undefined
        ? undefined
        : documentOf(file, configEntries(second, problems), mounted(profile.companion)),
    version,
    origin,
    completeness: tls === undefined ? 'list-only' : 'all',
    neighbours,
    operator: names.operator,
  };
  return { described, secret };
}

/** A `config` is TOML in a block scalar, or a mapping, or absent. */
function configEntries(config: YamlValue | undefined, problems: Problem[]): Entries {
  if (typeof config?.value !== 'string') {
    return settingsOf(config);
  }
  const { value, positionOf } = config;
  return orProblem(problems, () => tomlEntries(value, positionOf)) ?? new Map();
}

/** The paths under which the operator mounts a component's secret. */
function mountedPaths(component: ComponentName, kind: ConfigFileProfile, origin: Origin): Entries {
  const folder = `/var/lib/${component}-tls`;
  const { ca, cert, key } = kind.securityKeys;
  return entriesAt(origin, { [ca]: `${folder}/ca.crt`, [cert]: `${folder}/tls.crt`, [key]: `${folder}/tls.key` });
}

function isOn(value: YamlValue | undefined): boolean | undefined {
  return value === undefined ? undefined : value.value === true;
}
