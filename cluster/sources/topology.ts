import { isAbsolute, posix } from 'node:path';
import type { ConfigFileProfile } from '../components/profile.js';
import { profiles } from '../components/profiles.js';
import { documentOf, type Entries, type Entry, entriesAt } from '../documents/document.js';
import type { Origin, Problem, Sourced } from '../documents/origin.js';
import { at, settingsOf, textAt, type YamlValue } from '../documents/yaml.js';
import type { Described } from '../inventory/described.js';
import { type TiupInstance, type TiupSection, tiupSections } from './tiup-sections.js';

/** A TiUP topology.yaml or meta.yaml. */
export interface Topology {
  readonly file: string;
  readonly origin: Origin;
  readonly version: string | undefined;
  readonly tls: boolean;
  /** The position of `enable_tls`, or of the table that it belongs to. */
  readonly tlsOrigin: Origin;
  /** `server_configs` and the `config` of each instance, with their section, and the files that TiUP gives an instance. */
  readonly settings: readonly {
    readonly section: TiupSection;
    readonly entries: Entries;
    readonly files?: TiupFiles;
  }[];
  readonly described: readonly Described[];
  readonly scaleOutLocked: boolean;
  /** Where TiSpark is deployed, which TiUP does not give certificates. */
  readonly tispark: Origin | undefined;
  /** Advertised URLs of PD that are written with http, which TiUP does not change. */
  readonly httpUrls: readonly Sourced<string>[];
}

/** Whether a YAML document is a topology: it has one of TiUP's lists. */
export function isTopology(root: YamlValue): boolean {
  const inner = at(root, 'topology') ?? root;
  return tiupSections.some(({ list }) => at(inner, list)?.items !== undefined);
}

/** Reads a topology. `client` is the Common Name of TiUP's own certificate. */
export function readTopology(
  root: YamlValue,
  file: string,
  problems: Problem[],
  client?: string,
  scaleOutLocked = false,
): Topology {
  const inner = at(root, 'topology') ?? root;
  const version = textAt(root, 'tidb_version');
  const enabled = at(inner, 'global', 'enable_tls');
  const tls = enabled?.value === true;
  if (enabled !== undefined && typeof enabled.value !== 'boolean') {
    problems.push({
      code: 'wrong-type',
      severity: 'fail',
      origin: enabled.origin,
      message: 'enable_tls must be true or false',
      remediation: 'write enable_tls: true',
    });
  }
  const deployed = tiupSections.flatMap((section) =>
    (at(inner, section.list)?.items ?? []).flatMap((item) => deploymentOf(section, item, inner, tls, problems)),
  );
  const shared = {
    version,
    neighbours: tiupSections
      .filter(({ list }) => (at(inner, list)?.items ?? []).length > 0)
      .map(({ component }) => component),
    monitored: (at(inner, 'monitoring_servers')?.items ?? []).length > 0,
    tiupClient: tls ? client : undefined,
  };
  return {
    file,
    origin: inner.origin,
    version,
    tls,
    tlsOrigin: enabled?.origin ?? at(inner, 'global')?.origin ?? inner.origin,
    settings: tiupSections.flatMap((section) => [
      { section, entries: settingsOf(at(inner, 'server_configs', section.configs)) },
      ...(at(inner, section.list)?.items ?? []).map((item) => ({
        section,
        entries: settingsOf(at(item, 'config')),
        files: filesIn(deployDirectory(inner, section, item), section.role),
      })),
    ]),
    described: deployed.map((deployment) => ({ ...shared, ...describe(deployment, inner, file) })),
    scaleOutLocked,
    tispark: ['tispark_masters', 'tispark_workers'].map((list) => at(inner, list)?.items?.[0]?.origin).find(Boolean),
    httpUrls: (at(inner, 'pd_servers')?.items ?? []).flatMap((item) =>
      ['advertise_client_addr', 'advertise_peer_addr'].flatMap((key) => {
        const value = textAt(item, key);
        return value?.startsWith('http://') === true ? [{ value, origin: at(item, key)?.origin ?? item.origin }] : [];
      }),
    ),
  };
}

/** One instance as TiUP deploys it. */
interface Deployment {
  readonly section: TiupSection;
  readonly item: YamlValue;
  readonly host: string;
  readonly tls: boolean;
  readonly directory: string;
}

/** Empty, with a problem, for an instance without a host. */
function deploymentOf(
  section: TiupSection,
  item: YamlValue,
  inner: YamlValue,
  tls: boolean,
  problems: Problem[],
): readonly Deployment[] {
  const host = textAt(item, 'host');
  if (host === undefined) {
    problems.push({
      code: 'no-host',
      severity: 'fail',
      origin: item.origin,
      message: `an instance of ${section.list} has no host`,
      remediation: 'add host: …',
    });
    return [];
  }
  return [{ section, item, host, tls, directory: deployDirectory(inner, section, item) }];
}

function describe(deployment: Deployment, inner: YamlValue, file: string): Described {
  const { section, item, host, tls, directory } = deployment;
  const profile = profiles[section.component];
  const written = (table: string, key: string) => [
    settingsOf(at(inner, 'server_configs', table)),
    settingsOf(at(item, key)),
  ];
  const security = (kind: ConfigFileProfile) => (tls ? securityOf(deployment, kind) : new Map<string, Entry>());
  const document = documentOf(
    file,
    ...written(section.configs, 'config'),
    derivedSettings(deployment),
    security(profile),
  );
  const second =
    profile.companion === undefined
      ? undefined
      : documentOf(file, ...written(`${section.configs}-learner`, 'learner_config'), security(profile.companion));
  return {
    component: section.component,
    companion: false,
    origin: item.origin,
    completeness: 'all',
    host,
    // TiUP starts each process in its deploy directory.
    document: { ...document, directory },
    second,
  };
}

function deployDirectory(inner: YamlValue, section: TiupSection, item: YamlValue): string {
  const [portKey = '', portDefault] = Object.entries(section.ports)[0] ?? [];
  const port = textAt(item, portKey) ?? String(portDefault);
  return directoryOf(inner, textAt(item, 'deploy_dir'), `${section.role}-${port}`);
}

/**
 * The deploy directory of TiUP: `given`, or `name` below the global one. Relative directories are below the home of the
 * deploying user. `inner` is the topology.
 */
export function directoryOf(inner: YamlValue, given: string | undefined, name: string): string {
  const home = posix.join('/home', textAt(inner, 'global', 'user') ?? 'tidb');
  const directory = given ?? posix.join(textAt(inner, 'global', 'deploy_dir') ?? 'deploy', name);
  const expanded = directory.replace(/^~(?=\/|$)/, home);
  return isAbsolute(expanded) ? expanded : posix.join(home, expanded);
}

/** The settings that TiUP derives from host and ports. */
function derivedSettings({ section, item, host, tls }: Deployment): Entries {
  const instance: TiupInstance = {
    host,
    scheme: tls ? 'https' : 'http',
    port: (key) => Number(textAt(item, key) ?? section.ports[key]),
    text: (key) => textAt(item, key),
  };
  const origin = at(item, 'host')?.origin ?? item.origin;
  return entriesAt(origin, section.settings(instance));
}

/** Absolute paths of CA, certificate and key. */
type TiupFiles = Readonly<Record<'ca' | 'cert' | 'key', string>>;

function filesIn(directory: string, role: string): TiupFiles {
  const tls = posix.join(directory, 'tls');
  return { ca: `${tls}/ca.crt`, cert: `${tls}/${role}.crt`, key: `${tls}/${role}.pem` };
}

/** The paths that TiUP uses per role. The two halves of TiFlash share theirs. */
function securityOf({ section, item, directory }: Deployment, kind: ConfigFileProfile): Entries {
  const origin = at(item, 'host')?.origin ?? item.origin;
  const files = filesIn(directory, section.role);
  const keys = [kind.securityKeys, ...('callerKeys' in kind ? [profiles.tiproxy.callerKeys] : [])];
  const paths = keys.flatMap((one) =>
    one === undefined
      ? []
      : [
          [one.ca, files.ca],
          [one.cert, files.cert],
          [one.key, files.key],
        ],
  );
  const proxy = section.component === 'tiproxy' ? [['security.server-http-tls.skip-ca', true] as const] : [];
  return entriesAt(origin, Object.fromEntries([...paths, ...proxy]));
}
