import type { ConfiguredPaths } from '../../credentials/paths.js';
import { endpointsOf } from '../components/port-locations.js';
import type { ComponentName, EndpointName, PortLocations } from '../components/profile.js';
import { profiles } from '../components/profiles.js';
import type { Origin, Problem, Sourced } from '../documents/origin.js';
import { withRunScript } from '../sources/run-script.js';
import { parseAddress } from './address.js';
import { instanceOf, readComponentConfig } from './component-config.js';
import { instanceName } from './instance-name.js';
import type { AllowList, Instance, InstanceSecurity } from './inventory.js';

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

/** A declared instance, completed from its configuration file. Undefined, with a problem, for an invalid address. */
export function instanceOfDeclaration(declared: DeclaredInstance, problems: Problem[]): Instance | undefined {
  const { component, config } = declared;
  const profile = profiles[component];
  const inFile = config === undefined ? undefined : instanceInFile(config, component, problems);
  const locations = declaredLocations(declared, problems);
  if (locations === undefined) {
    return undefined;
  }
  const endpoints = [
    ...endpointsOf(profile, locations, (name) => allowListOf(name, declared, inFile)),
    ...(inFile?.endpoints ?? []).filter(({ name }) => locations[name] === undefined),
  ];
  const unlocated = (inFile?.unlocated ?? []).filter((name) => locations[name] === undefined);
  const name = instanceName(profile, endpoints);
  return name === undefined
    ? undefined
    : {
        component,
        name,
        version: declared.version,
        configFile: config,
        security: securityOf(declared, inFile),
        endpoints,
        unlocated,
        flagsUnknown: inFile?.flagsUnknown ?? false,
        advertisedHosts: inFile?.advertisedHosts ?? [],
        local: config !== undefined || declared.cert !== undefined,
      };
}

/** What its file says, with the flags of TiUP's start script. */
function instanceInFile(config: string, component: ComponentName, problems: Problem[]): Instance | undefined {
  const { described, problems: found } = readComponentConfig(config, component);
  problems.push(...found);
  return described === undefined ? undefined : instanceOf(withRunScript(described, problems), problems);
}

/** The declared addresses of the component's ports; undefined, with a problem for each invalid one. */
function declaredLocations(declared: DeclaredInstance, problems: Problem[]): PortLocations | undefined {
  const { component, origin, address: main, addresses = {} } = declared;
  const { mainEndpoint, endpoints } = profiles[component];
  const locations: PortLocations = {};
  let valid = true;
  for (const [name, text] of [[mainEndpoint, main], ...Object.entries(addresses)] as [EndpointName, string][]) {
    const address = parseAddress(text);
    if (address === undefined) {
      valid = false;
      problems.push({
        code: 'bad-address',
        severity: 'fail',
        origin,
        message: `"${text}" is not host:port`,
        remediation: 'write it as 10.0.1.2:20160',
      });
    } else if (endpoints.some((endpoint) => endpoint.name === name)) {
      locations[name] = { address, origin, scheme: 'https' };
    }
  }
  return valid ? locations : undefined;
}

/** The declared list, else the file's list for this port, else the file's only list. Without a file it is unknown. */
function allowListOf(
  name: EndpointName,
  { allowedCommonNames, origin }: DeclaredInstance,
  inFile: Instance | undefined,
): AllowList {
  if (allowedCommonNames !== undefined) {
    return { value: allowedCommonNames, origin };
  }
  const ofPort = inFile?.endpoints.find((endpoint) => endpoint.name === name)?.allowList;
  return ofPort ?? inFile?.security.allowedCommonNames ?? (inFile === undefined ? 'unknown' : 'none');
}

function securityOf(
  { ca, cert, key, allowedCommonNames, origin }: DeclaredInstance,
  inFile: Instance | undefined,
): InstanceSecurity {
  const security = inFile?.security;
  const sourced = <T>(value: T | undefined): Sourced<T> | undefined =>
    value === undefined ? undefined : { value, origin };
  return {
    ...security,
    ...(security === undefined || (ca ?? cert ?? key) === undefined
      ? {}
      : { inConfiguration: { ca: security.ca, cert: security.cert, key: security.key } }),
    ca: sourced(ca) ?? security?.ca,
    cert: sourced(cert) ?? security?.cert,
    key: sourced(key) ?? security?.key,
    allowedCommonNames: sourced(allowedCommonNames) ?? security?.allowedCommonNames,
  };
}
