import type { ComponentName } from '../components/profile.js';
import { profiles } from '../components/profiles.js';
import type { Problem } from '../documents/origin.js';
import { formatOrigin } from '../documents/origin.js';
import { formatAddress } from './address.js';
import { instanceName } from './instance-name.js';
import type { Endpoint, Instance, SourceName } from './inventory.js';

/** What one source says; earlier ones count more where they differ. */
export interface Reading {
  readonly source: SourceName;
  readonly instances: readonly Instance[];
  /** Components of which this source knows all instances. */
  readonly complete?: ReadonlySet<ComponentName> | undefined;
}

export interface Merged {
  readonly instances: readonly Instance[];
  readonly disagreements: readonly Problem[];
}

/** One instance per process: two readings speak of the same one when they share component, host and port. */
export function mergeReadings(readings: readonly Reading[]): Merged {
  const instances: Instance[] = [];
  const disagreements: Problem[] = [];
  /** Which of `instances` is first at each of their addresses. */
  const places = new Map<string, number>();
  for (const { source, instances: read } of readings) {
    for (const next of read) {
      const found = addressesOf(next).flatMap((address) => places.get(address) ?? []);
      const index = found.length === 0 ? instances.length : Math.min(...found);
      const known = instances[index];
      if (known !== undefined) {
        disagreements.push(...differencesOf(known, next));
      }
      const merged = known === undefined ? { ...next, sources: [source] } : joined(known, next, source);
      instances[index] = merged;
      for (const address of addressesOf(merged)) {
        places.set(address, Math.min(index, places.get(address) ?? index));
      }
    }
  }
  return { instances, disagreements: [...disagreements, ...absences(instances, readings)] };
}

function addressesOf({ component, endpoints }: Instance): readonly string[] {
  return endpoints.map((endpoint) => `${component} ${formatAddress(endpoint)}`);
}

function joined(known: Instance, next: Instance, source: SourceName): Instance {
  const profile = profiles[known.component];
  const endpoints = profile.endpoints.flatMap(({ name }) => {
    const [ours, theirs] = [known, next].map((one) => one.endpoints.find((endpoint) => endpoint.name === name));
    // A list of alternative names alone leaves open who is let in, whatever others know of.
    const open = known.security.allowedAlternativeNames !== undefined;
    const isUnreported = ours?.allowList === undefined || (ours.allowList === 'unknown' && !open);
    const list = isUnreported ? theirs?.allowList : ours.allowList;
    const kept = ours ?? theirs;
    return kept === undefined ? [] : [{ ...kept, allowList: list ?? kept.allowList }];
  });
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
      ca: security.ca ?? next.security.ca,
      cert: security.cert ?? next.security.cert,
      key: security.key ?? next.security.key,
      allowedCommonNames: security.allowedCommonNames ?? next.security.allowedCommonNames,
    },
    endpoints,
    advertisedHosts: hosts.filter((host, index) => hosts.findIndex(({ value }) => value === host.value) === index),
    local: known.local || next.local,
    sources: [...new Set([...(known.sources ?? []), source])],
  };
}

function differencesOf(known: Instance, next: Instance): readonly Problem[] {
  return known.endpoints.flatMap((ours) => {
    const theirs = next.endpoints.find(({ name }) => name === ours.name);
    return theirs === undefined
      ? []
      : [...schemeDiffers(ours, theirs), ...addressDiffers(ours, theirs), ...listDiffers(ours, theirs)];
  });
}

function schemeDiffers(ours: Endpoint, theirs: Endpoint): readonly Problem[] {
  return ours.scheme === theirs.scheme
    ? []
    : [
        {
          code: 'scheme-disagrees',
          severity: 'fail',
          origin: ours.origin,
          message: `${ours.profile.title} ${formatAddress(ours)} is ${ours.scheme} here, ${theirs.scheme} in ${formatOrigin(theirs.origin)}`,
          remediation: 'make both https; for a peer URL of PD that stayed http, update the member',
        },
      ];
}

function addressDiffers(ours: Endpoint, theirs: Endpoint): readonly Problem[] {
  const [here, there] = [ours, theirs].map(formatAddress);
  // A default is what nobody said.
  const said = ours.origin.kind !== 'default' && theirs.origin.kind !== 'default';
  return here === there || !said
    ? []
    : [
        {
          code: 'address-disagrees',
          severity: 'warn',
          origin: ours.origin,
          message: `${ours.profile.title} is ${here} here, ${there} in ${formatOrigin(theirs.origin)}`,
          remediation: 'see which of them callers use; the certificate must cover that one',
        },
      ];
}

function listDiffers(ours: Endpoint, theirs: Endpoint): readonly Problem[] {
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
          remediation: 'roll the intended list out to the component, and restart it',
        },
      ];
}

/** Configured but not registered, and registered but not in the topology. */
function absences(instances: readonly Instance[], readings: readonly Reading[]): readonly Problem[] {
  const pd = readings.find(({ source, complete }) => source === 'pd' && (complete?.size ?? 0) > 0);
  const deployment = readings.find(({ source, instances: read }) => source === 'deployment' && read.length > 0);
  return instances.flatMap(({ component, name, endpoints, sources = [] }): readonly Problem[] => {
    const origin = endpoints[0]?.origin ?? { kind: 'default' as const };
    if (pd?.complete?.has(component) === true && !sources.includes('pd')) {
      const message = `${component} ${name} is configured, but not registered in PD`;
      const remediation = 'see whether it runs, and whether PD lets it in; or take it out of the configuration';
      return [{ code: 'not-registered', severity: 'warn', origin, message, remediation }];
    }
    if (pd !== undefined && deployment !== undefined && !sources.includes('deployment') && sources.includes('pd')) {
      const message = `${component} ${name} is registered in PD, but not in the topology`;
      const remediation = 'see who started it; a forgotten one keeps its certificate and its access';
      return [{ code: 'not-in-topology', severity: 'warn', origin, message, remediation }];
    }
    return [];
  });
}
