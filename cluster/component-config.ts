import { readFileSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { formatAddress } from './address.js';
import { ConfigError } from './config-error.js';
import type { ConfigDocument } from './document.js';
import type { Instance, InstanceSecurity, Problem, Sourced } from './inventory.js';
import { advertisedHosts, endpointsOf } from './placement.js';
import type { ComponentName, ComponentProfile, ConfigFileProfile } from './profile.js';
import { profiles } from './profiles.js';
import { parseToml } from './toml.js';
import { Values } from './values.js';

export interface ComponentConfig {
  readonly component: ComponentName | undefined;
  /** The kind of file; undefined when it could not be told. */
  readonly file: ConfigFileProfile | undefined;
  readonly instance: Instance | undefined;
  readonly document: ConfigDocument | undefined;
  readonly problems: readonly Problem[];
}

/** Configuration files are small; a log or a disk image is not one. */
const largestFile = 4 << 20;

/** Reads one component's file. Never throws: what cannot be read or used is a problem. */
export function readComponentConfig(file: string, expected?: ComponentName): ComponentConfig {
  const problems: Problem[] = [];
  const document = openDocument(file, problems);
  if (document === undefined) {
    return { component: expected, file: undefined, instance: undefined, document, problems };
  }
  const component =
    expected === undefined ? detectComponent(document) : fileKinds.find((kind) => kind.component === expected);
  if (component === undefined) {
    problems.push({
      code: 'unknown-component',
      severity: 'note',
      origin: { kind: 'file', file, line: 1, column: 1 },
      message: 'neither its keys nor its name tell which component this file is for',
      cure: `if it is one of theirs, name it as the component does: ${fileKinds.map((kind) => kind.file.file).join(', ')}`,
    });
    return { component: undefined, file: undefined, instance: undefined, document, problems };
  }
  if (component.companion) {
    return { component: component.component, file: component.file, instance: undefined, document, problems };
  }
  const profile = profiles[component.component];
  const instance = instanceOf(profile, document, problems);
  return { component: profile.component, file: profile, instance, document, problems };
}

/** The instance that a component's document describes. */
export function instanceOf(
  profile: ComponentProfile,
  document: ConfigDocument,
  problems: Problem[],
): Instance | undefined {
  const values = new Values(document, problems);
  const security = readSecurity(profile, values);
  const companion = readCompanion(profile, values, problems);
  const scheme =
    security.ca !== undefined && security.cert !== undefined && security.key !== undefined ? 'https' : 'http';
  const placement = profile.place(values, scheme, companion?.values);
  const endpoints = endpointsOf(profile, placement, (name) =>
    profile.companion?.endpoints.includes(name) === true
      ? companion === undefined
        ? 'unknown'
        : (companion.names ?? 'none')
      : (security.allowedCommonNames ?? 'none'),
  );
  const named = endpoints.find(({ name }) => name === profile.instanceEndpoint) ?? endpoints[0];
  return named === undefined
    ? undefined
    : {
        component: profile.component,
        name: formatAddress(named),
        version: undefined,
        configFile: document.file,
        security,
        endpoints,
        advertisedHosts: advertisedHosts(profile.advertisedKeys, values),
        local: true,
      };
}

function readSecurity(profile: ComponentProfile, values: Values): InstanceSecurity {
  const { ca, cert, key } = profile.securityKeys;
  const { callerKeys, clientCertificateSwitch } = profile;
  return {
    ca: values.path(ca),
    cert: values.path(cert),
    key: values.path(key),
    allowedCommonNames: readNames(profile, values),
    ...(callerKeys === undefined
      ? {}
      : {
          callsWith: {
            ca: values.path(callerKeys.ca),
            cert: values.path(callerKeys.cert),
            key: values.path(callerKeys.key),
          },
        }),
    ...(clientCertificateSwitch === undefined ? {} : { asksForCertificates: clientCertificateSwitch(values) }),
  };
}

/** The allow-list; an empty one counts as not set. */
export function readNames(file: ConfigFileProfile, values: Values): Sourced<readonly string[]> | undefined {
  const names = values.strings(file.securityKeys.allowedCommonNames, file.securityKeys.ca.includes('_'));
  return names === undefined || names.value.length === 0 ? undefined : names;
}

/** The second file, as far as the first one names it and it can be read. */
function readCompanion(profile: ComponentProfile, values: Values, problems: Problem[]) {
  const path = profile.companion === undefined ? undefined : values.path(profile.companion.pathKey);
  const document = path === undefined ? undefined : openDocument(path.value, problems);
  if (profile.companion === undefined || document === undefined) {
    return undefined;
  }
  const second = new Values(document, problems);
  return { values: second, names: readNames(profile.companion, second) };
}

function openDocument(file: string, problems: Problem[]): ConfigDocument | undefined {
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

interface FileKind {
  readonly component: ComponentName;
  readonly file: ConfigFileProfile;
  readonly companion: boolean;
}

/** Every kind of file, the components' own and their second ones. */
const fileKinds: readonly FileKind[] = Object.values(profiles).flatMap((profile) => [
  { component: profile.component, file: profile, companion: false },
  ...(profile.companion === undefined
    ? []
    : [{ component: profile.component, file: profile.companion, companion: true }]),
]);

/** By the keys that only one of them has; where several have them, or none, by the name of the file or its folders. */
export function detectComponent(document: ConfigDocument): FileKind | undefined {
  const keys = document.keys().map(({ value }) => value);
  const scored = fileKinds
    .map((kind) => ({ kind, score: keys.filter((key) => kind.file.tellingKeys.test(key)).length }))
    .sort((a, b) => b.score - a.score);
  const named = detectByName(document.file);
  const companion = scored.find(({ kind, score }) => kind.companion && score > 0);
  const [best] = scored;
  if (named?.companion === true || best === undefined || best.score === 0) {
    return named;
  }
  const equals = scored.filter(({ score }) => score === best.score).map(({ kind }) => kind);
  return (
    companion?.kind ??
    equals.find((kind) => kind === named) ??
    (equals.length === 1 || named === undefined ? best.kind : named)
  );
}

function detectByName(file: string): FileKind | undefined {
  const places = [basename(file), basename(dirname(file)), basename(dirname(dirname(file)))];
  const longest = [...fileKinds].sort((a, b) => b.file.file.length - a.file.file.length);
  for (const place of places) {
    const named = longest.find(({ file: { file } }) => new RegExp(`(^|[^a-z])${file}([^a-z]|$)`).test(place));
    if (named !== undefined) {
      return named;
    }
  }
  return undefined;
}
