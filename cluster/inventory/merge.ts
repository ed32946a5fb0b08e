import type { ComponentName } from '../components/profile.js';
import { profiles } from '../components/profiles.js';
import { formatOrigin } from '../documents/origin.js';
import { formatAddress } from './address.js';
import { instanceName } from './instance-name.js';
import type { Disagreement, Endpoint, Instance, SourceName } from './inventory.js';
import { pathDifferences } from './own-paths.js';

/** What one source reports. Where readings differ, the earlier one counts. */
export interface Reading {
  readonly source: SourceName;
  readonly instances: readonly Instance[];
  /** The components of which this source knows all instances. */
  readonly complete?: ReadonlySet<ComponentName> | undefined;
}

interface Merged {
  readonly instances: readonly Instance[];
  readonly disagreements: readonly Disagreement[];
}

/**
 * One instance per process. Two readings describe the same process when they share component, host and port, or its files
 * where one of them has no address.
 */
export function mergeReadings(readings: readonly Reading[]): Merged {
  const instances: Instance[] = [];
  const disagreements: Disagreement[] = [];
  /** The first index in `instances` of each address. */
  const indexes = new Map<string, number>();
  for (const { source, instances: read } of readings) {
    for (const next of read) {
      const found = addressesOf(next).flatMap((address) => indexes.get(address) ?? []);
      const index = found.length === 0 ? (sameFilesAs(next, instances) ?? instances.length) : Math.min(...found);
      const known = instances[index];
      if (known !== undefined) {
        disagreements.push(...differencesOf(known, next));
      }
      const merged = known === undefined ? { ...next, sources: [source] } : joined(known, next, source);
      instances[index] = merged;
      for (const address of addressesOf(merged)) {
        indexes.set(address, Math.min(index, indexes.get(address) ?? index));
      }
    }
  }
  const paths = instances.flatMap(({ component, security }) =>
    security.inConfiguration === undefined ? [] : pathDifferences(component, security, security.inConfiguration),
  );
  return { instances, disagreements: [...disagreements, ...paths, ...absences(instances, readings)] };
}

function addressesOf({ component, endpoints }: Instance): readonly string[] {
  return endpoints.map((endpoint) => `${component} ${formatAddress(endpoint)}`);
}

/** The index of the one instance with the same configuration file or certificate file, where either has no address. */
function sameFilesAs(next: Instance, instances: readonly Instance[]): number | undefined {
  const same = instances.flatMap((known, index) => {
    const unlocated = known.endpoints.length === 0 || next.endpoints.length === 0;
    const sameConfig = known.configFile !== undefined && known.configFile === next.configFile;
    const sameCertificate =
      known.security.cert !== undefined && known.security.cert.value === next.security.cert?.value;
    const onThisNode = known.local && next.local;
    const isSame = known.component === next.component && onThisNode && unlocated && (sameConfig || sameCertificate);
    return isSame ? [index] : [];
  });
  return same.length === 1 ? same[0] : undefined;
}

function joined(known: Instance, next: Instance, source: SourceName): Instance {
  const profile = profiles[known.component];
  const endpoints = profile.endpoints.flatMap(({ name }) => {
    const [ours, theirs] = [known, next].map((one) => one.endpoints.find((endpoint) => endpoint.name === name));
    // With only a list of alternative names the accepted clients depend on the build, whatever other sources report.
    const open = known.security.allowedAlternativeNames !== undefined;
    const isUnreported = ours?.allowList === undefined || (ours.allowList === 'unknown' && !open);
    const list = isUnreported ? theirs?.allowList : ours.allowList;
    const kept = ours ?? theirs;
    return kept === undefined ? [] : [{ ...withScheme(kept, theirs), allowList: list ?? kept.allowList }];
  });
  const unlocated = (known.unlocated ?? []).filter((name) => !endpoints.some((endpoint) => endpoint.name === name));
  const { security } = known;
  const hosts = [...known.advertisedHosts, ...next.advertisedHosts];
  return {
    ...known,
    name: instanceName(profile, endpoints) ?? known.name,
    version: known.version ?? next.version,
    configFile: known.configFile ?? next.configFile,
    security: {
      ...next.security,
      ...security,
      ...ownPaths(known, next, source),
      ca: security.ca ?? next.security.ca,
      cert: security.cert ?? next.security.cert,
      key: security.key ?? next.security.key,
      allowedCommonNames: security.allowedCommonNames ?? next.security.allowedCommonNames,
    },
    endpoints,
    unlocated,
    flagsUnknown: known.flagsUnknown !== false && next.flagsUnknown !== false,
    advertisedHosts: hosts.filter((host, index) => hosts.findIndex(({ value }) => value === host.value) === index),
    local: known.local || next.local,
    sources: [...new Set([...(known.sources ?? []), source])],
  };
}

/** Where paths are declared: those that the component's configuration has. */
function ownPaths(known: Instance, { security }: Instance, source: SourceName) {
  const declared = known.sources?.[0] === 'declared' && known.security.cert !== undefined;
  const configured = source === 'process' || source === 'config' || source === 'deployment';
  const { ca, cert, key } = security;
  return declared && configured && known.security.inConfiguration === undefined
    ? { inConfiguration: { ca, cert, key } }
    : {};
}

/** An assumed scheme gives way to that of the other source. */
function withScheme(kept: Endpoint, theirs: Endpoint | undefined): Endpoint {
  return kept.schemeAssumed === true && theirs !== undefined
    ? { ...kept, scheme: theirs.scheme, schemeAssumed: theirs.schemeAssumed === true }
    : kept;
}

function differencesOf(known: Instance, next: Instance): readonly Disagreement[] {
  return known.endpoints.flatMap((ours) => {
    const theirs = next.endpoints.find(({ name }) => name === ours.name);
    return theirs === undefined
      ? []
      : [...schemeDiffers(ours, theirs), ...addressDiffers(ours, theirs), ...listDiffers(ours, theirs)].map((one) => ({
          ...one,
          component: known.component,
          address: formatAddress(ours),
        }));
  });
}

type Difference = Omit<Disagreement, 'component' | 'address'>;

function schemeDiffers(ours: Endpoint, theirs: Endpoint): readonly Difference[] {
  const assumed = ours.schemeAssumed === true || theirs.schemeAssumed === true;
  return ours.scheme === theirs.scheme || assumed
    ? []
    : [
        {
          code: 'scheme-disagrees',
          severity: 'fail',
          origin: ours.origin,
          message: `${ours.profile.title} ${formatAddress(ours)} is ${ours.scheme} here, ${theirs.scheme} in ${formatOrigin(theirs.origin)}`,
          remediation: 'make both https; for a peer URL of PD that is still http, update the member',
        },
      ];
}

function addressDiffers(ours: Endpoint, theirs: Endpoint): readonly Difference[] {
  const [here, there] = [ours, theirs].map(formatAddress);
  // A default address was configured by no source.
  const configured = ours.origin.kind !== 'default' && theirs.origin.kind !== 'default';
  return here === there || !configured
    ? []
    : [
        {
          code: 'address-disagrees',
          severity: 'warn',
          origin: ours.origin,
          message: `${ours.profile.title} is ${here} here, ${there} in ${formatOrigin(theirs.origin)}`,
          remediation: 'find out which of them callers dial; the certificate must cover it',
        },
      ];
}

function listDiffers(ours: Endpoint, theirs: Endpoint): readonly Difference[] {
  const text = ({ allowList }: Endpoint) =>
    typeof allowList === 'string' ? 'none' : [...allowList.value].sort().join(', ');
  const reported = ours.allowList !== 'unknown' && theirs.allowList !== 'unknown';
  return !reported || text(ours) === text(theirs)
    ? []
    : [
        {
          code: 'list-disagrees',
          severity: 'warn',
          origin: typeof ours.allowList === 'string' ? ours.origin : ours.allowList.origin,
          message: `the allow-list of ${ours.profile.title} ${formatAddress(ours)} is ${text(ours)} here, ${text(theirs)} in ${formatOrigin(typeof theirs.allowList === 'string' ? theirs.origin : theirs.allowList.origin)}`,
          remediation: 'deploy the intended list to the component, and restart it',
        },
      ];
}

/** The instances that are configured and not registered, or registered and not in the topology. */
function absences(instances: readonly Instance[], readings: readonly Reading[]): readonly Disagreement[] {
  const pd = readings.find(({ source, complete }) => source === 'pd' && (complete?.size ?? 0) > 0);
  const deployment = readings.find(({ source, instances: read }) => source === 'deployment' && read.length > 0);
  return instances.flatMap(({ component, name, endpoints, sources = [] }): readonly Disagreement[] => {
    if (endpoints.length === 0) {
      // Whether PD or the topology has it is unknown without an address.
      return [];
    }
    const origin = endpoints[0]?.origin ?? { kind: 'default' as const };
    if (pd?.complete?.has(component) === true && !sources.includes('pd')) {
      const message = `${component} ${name} is configured, but not registered in PD`;
      const remediation = 'check whether it runs, and whether PD accepts it; or remove it from the configuration';
      return [
        { code: 'not-registered', severity: 'warn', origin, message, remediation, component, address: undefined },
      ];
    }
    if (pd !== undefined && deployment !== undefined && !sources.includes('deployment') && sources.includes('pd')) {
      const message = `${component} ${name} is registered in PD, but not in the topology`;
      const remediation = 'find out who started it; a forgotten instance keeps its certificate and its access';
      return [
        { code: 'not-in-topology', severity: 'warn', origin, message, remediation, component, address: undefined },
      ];
    }
    return [];
  });
}
