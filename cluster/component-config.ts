import { readFileSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { formatAddress } from './address.js';
import { ConfigError } from './config-error.js';
import type { Instance, InstanceSecurity, Problem } from './inventory.js';
import { advertisedHosts, endpointsOf, placePorts } from './layout.js';
import { type ComponentName, componentNames } from './profile.js';
import { profiles } from './profiles.js';
import { parseToml, type TomlDocument } from './toml.js';
import { Values } from './values.js';

export interface ComponentConfig {
  readonly component: ComponentName | undefined;
  readonly instance: Instance | undefined;
  readonly document: TomlDocument | undefined;
  readonly problems: readonly Problem[];
}

/** Configuration files are small; a log or a disk image is not one. */
const largestFile = 4 << 20;

/** Reads one component's file. Never throws: what cannot be read or used is a problem. */
export function readComponentConfig(file: string, expected?: ComponentName): ComponentConfig {
  const problems: Problem[] = [];
  const document = openDocument(file, problems);
  if (document === undefined) {
    return { component: expected, instance: undefined, document, problems };
  }
  const component = expected ?? detectComponent(document);
  if (component === undefined) {
    problems.push({
      code: 'unknown-component',
      severity: 'warn',
      origin: { kind: 'file', file, line: 1, column: 1 },
      message: 'neither its keys nor its name tell which component this file is for',
      cure: `name it tidb.toml, pd.toml or tikv.toml, or list only files of ${componentNames.join(', ')}`,
    });
    return { component, instance: undefined, document, problems };
  }
  const values = new Values(document, problems);
  const security = readSecurity(component, values);
  const placement = placePorts(component, values, security);
  const endpoints = endpointsOf(component, placement);
  const named = placement[profiles[component].instanceEndpoint] ?? Object.values(placement)[0];
  const instance: Instance | undefined =
    named === undefined
      ? undefined
      : {
          component,
          name: formatAddress(named.address),
          version: undefined,
          configFile: file,
          security,
          endpoints,
          advertisedHosts: advertisedHosts(component, values),
          local: true,
        };
  return { component, instance, document, problems };
}

function readSecurity(component: ComponentName, values: Values): InstanceSecurity {
  const { ca, cert, key, allowedCommonNames } = profiles[component].securityKeys;
  const names = values.strings(allowedCommonNames);
  return {
    ca: values.path(ca),
    cert: values.path(cert),
    key: values.path(key),
    allowedCommonNames: names === undefined || names.value.length === 0 ? undefined : names,
  };
}

function openDocument(file: string, problems: Problem[]): TomlDocument | undefined {
  const unreadable = (message: string, cure: string) => {
    problems.push({
      code: 'unreadable',
      severity: 'fail',
      origin: { kind: 'file', file, line: 1, column: 1 },
      message,
      cure,
    });
    return undefined;
  };
  try {
    const stat = statSync(file);
    if (!stat.isFile()) {
      return unreadable('is not a regular file', 'name the component config file itself');
    }
    if (stat.size > largestFile) {
      return unreadable(`is ${stat.size} bytes long, no config file`, 'name the component config file itself');
    }
    return parseToml(readFileSync(file, 'utf8'), file);
  } catch (error: unknown) {
    if (error instanceof ConfigError) {
      problems.push(error.problem);
      return undefined;
    }
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return unreadable(`cannot be read (${code})`, 'check the path and its mode; run as the user of the components');
  }
}

const tellingKeys: Readonly<Record<ComponentName, RegExp>> = {
  tidb: /^(security\.cluster-(ssl|verify)-|status\.(status-port|report-status)$|advertise-address$|lease$|token-limit$)/,
  pd: /^(client-urls|peer-urls|advertise-client-urls|advertise-peer-urls|initial-cluster|security\.cacert-path|replication\.|schedule\.)/,
  tikv: /^(server\.(addr|status-addr|advertise-addr|advertise-status-addr)$|raftstore\.|rocksdb\.|security\.(ca-path|cert-path)$|storage\.)/,
};

/** By the keys that only one of them has; then by the name of the file or its folders. */
export function detectComponent(document: TomlDocument): ComponentName | undefined {
  const keys = document.keys().map(({ value }) => value);
  const scored = componentNames
    .map((component) => ({ component, score: keys.filter((key) => tellingKeys[component].test(key)).length }))
    .sort((a, b) => b.score - a.score);
  const [best, second] = scored;
  if (best !== undefined && best.score > 0 && best.score > (second?.score ?? 0)) {
    return best.component;
  }
  const places = [basename(document.file), basename(dirname(document.file)), basename(dirname(dirname(document.file)))];
  for (const place of places) {
    const named = componentNames.find((component) => new RegExp(`(^|[^a-z])${component}([^a-z]|$)`).test(place));
    if (named !== undefined) {
      return named;
    }
  }
  return undefined;
}
