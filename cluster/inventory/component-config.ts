import { existsSync } from 'node:fs';
import { advertisedHosts, endpointsOf } from '../components/port-locations.js';
import type { ComponentName, ComponentProfile } from '../components/profile.js';
import { profiles } from '../components/profiles.js';
import { openDocument } from '../documents/config-file.js';
import type { ConfigDocument } from '../documents/document.js';
import type { Problem } from '../documents/origin.js';
import { Values } from '../documents/values.js';
import { mistakesInBoth } from '../lint/mistakes.js';
import { readAlternativeNames, readNames } from './allow-lists.js';
import type { Described } from './described.js';
import { fileKindOf, fileKinds, unknownFile } from './file-kind.js';
import { instanceName } from './instance-name.js';
import type { Instance, InstanceSecurity } from './inventory.js';

interface ComponentConfig {
  /** Undefined when the file could not be read, or its component is unknown. */
  readonly described: Described | undefined;
  /** Also undefined for a component's second file. */
  readonly instance: Instance | undefined;
  readonly problems: readonly Problem[];
}

/** Reads one component's file. Never throws: what cannot be read or used becomes a problem. */
export function readComponentConfig(file: string, expected?: ComponentName): ComponentConfig {
  const problems: Problem[] = [];
  const document = openDocument(file, problems);
  const described = document === undefined ? undefined : describe(document, problems, expected);
  problems.push(...(described === undefined ? [] : mistakesInBoth(described)));
  const instance = described === undefined || described.companion ? undefined : instanceOf(described, problems);
  return { described, instance, problems };
}

/** The component that a file describes; undefined, with a note, for another program's file and where nothing shows it. */
export function describe(
  document: ConfigDocument,
  problems: Problem[],
  expected?: ComponentName,
): Described | undefined {
  const { file } = document;
  const kind = expected === undefined ? fileKindOf(document) : fileKinds.find((one) => one.component === expected);
  const origin = { kind: 'file', file, line: 1, column: 1 } as const;
  if (kind === undefined || 'program' in kind) {
    problems.push(unknownFile(origin, kind?.program));
    return undefined;
  }
  const { component, companion } = kind;
  const second = companion ? undefined : readCompanion(profiles[component], new Values(document, problems), problems);
  return { component, companion, document, second, origin, completeness: 'flags' };
}

/**
 * The instance that a component's documents describe. Where flags may add to its file, a port without an address in the file
 * is unlocated: its default says nothing. Undefined for an instance without ports.
 */
export function instanceOf(described: Described, problems: Problem[]): Instance | undefined {
  const { component, document, second, version, completeness } = described;
  const profile = profiles[component];
  const values = new Values(document, problems);
  const security = readSecurity(profile, values);
  const companion = second === undefined ? undefined : new Values(second, problems);
  const scheme =
    security.ca !== undefined && security.cert !== undefined && security.key !== undefined ? 'https' : 'http';
  const locations = profile.locate(values, scheme, companion);
  const flagsUnknown = completeness === 'flags';
  const found = endpointsOf(profile, locations, (name) =>
    profile.companion?.endpoints.includes(name) === true
      ? companion === undefined || profile.companion === undefined
        ? 'unknown'
        : (readNames(profile.companion, companion) ?? 'none')
      : // With only a list of alternative names the accepted clients depend on the build.
        (security.allowedCommonNames ?? (security.allowedAlternativeNames === undefined ? 'none' : 'unknown')),
  );
  const paths = [security.ca, security.cert, security.key];
  const schemeAssumed =
    flagsUnknown && profile.flagsSet === 'paths-and-scheme' && paths.every((one) => one === undefined);
  const endpoints = found
    .filter(({ origin }) => !flagsUnknown || origin.kind !== 'default')
    .map((endpoint) => (schemeAssumed ? { ...endpoint, schemeAssumed } : endpoint));
  return found.length === 0
    ? undefined
    : {
        component: profile.component,
        name: instanceName(profile, endpoints) ?? document.file,
        version,
        configFile: document.file,
        security,
        endpoints,
        unlocated: found.map(({ name }) => name).filter((name) => !endpoints.some((one) => one.name === name)),
        flagsUnknown,
        advertisedHosts: advertisedHosts(profile.advertisedKeys, values),
        local: true,
      };
}

function readSecurity(profile: ComponentProfile, values: Values): InstanceSecurity {
  const { ca, cert, key } = profile.securityKeys;
  const { callerKeys, clientCertificateSwitch } = profile;
  const alternativeNames = readAlternativeNames(profile, values);
  return {
    ca: values.path(ca),
    cert: values.path(cert),
    key: values.path(key),
    allowedCommonNames: readNames(profile, values),
    ...(alternativeNames === undefined ? {} : { allowedAlternativeNames: alternativeNames }),
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

/** The second file; undefined when the first one does not name it or it cannot be read. */
function readCompanion(profile: ComponentProfile, values: Values, problems: Problem[]): ConfigDocument | undefined {
  const path = profile.companion === undefined ? undefined : values.path(profile.companion.pathKey);
  if (path !== undefined && !existsSync(path.value)) {
    problems.push({
      code: 'second-file-absent',
      severity: 'note',
      origin: path.origin,
      message: `${path.value} does not exist here, so the two files were not compared`,
      remediation: 'run this on the host that has both files',
    });
    return undefined;
  }
  return path === undefined ? undefined : openDocument(path.value, problems);
}
