import type { KnownNames } from '../../cluster/access/matrix.js';
import type { Endpoint, Instance } from '../../cluster/inventory/inventory.js';
import type { Certificate } from '../../credentials/certificate.js';
import { knownNames } from '../allow-list.js';
import { credentialKey, type EndpointObservation, type EndpointOfInstance, type Evidence, portKey } from '../check.js';
import type { Finding, Status } from '../finding.js';
import { callerIdentities } from '../identity.js';
import { latestChains } from '../latest-chains.js';

/** What causes are found in: the evidence, and the findings that did not pass, by where and of what they are. */
export interface Scene {
  readonly evidence: Evidence;
  readonly names: KnownNames;
  /** The findings of a check, of some statuses: failed ones and warnings by default. */
  readonly of: (check: string, ...statuses: readonly Status[]) => readonly Finding[];
  /** The findings of an instance and of its ports. */
  readonly at: (instance: Instance) => readonly Finding[];
  readonly atPort: (port: EndpointOfInstance) => readonly Finding[];
  /** The findings about connections as this instance. */
  readonly asCaller: (instance: Instance | 'agent') => readonly Finding[];
  readonly instanceOf: (finding: Finding) => Instance | undefined;
  readonly portOf: (finding: Finding) => EndpointOfInstance | undefined;
  /** The observation that a finding of a probe rests on. */
  readonly observationOf: (finding: Finding) => EndpointObservation | undefined;
  /** The probes of a port, with every identity. */
  readonly probesOf: (port: EndpointOfInstance) => readonly EndpointObservation[];
  /** The leaf that a port serves. */
  readonly servedBy: (port: EndpointOfInstance) => Certificate | undefined;
}

export function sceneOf(evidence: Evidence, findings: readonly Finding[]): Scene {
  const open = findings.filter(({ status }) => status !== 'pass');
  const ofCheck = grouped(open, ({ check }) => check);
  const ofInstance = grouped(open, (finding) => keyOf(finding));
  const ofPort = grouped(open, (finding) => `${keyOf(finding)}/${finding.endpoint ?? ''}`);
  const ofIdentity = grouped(open, ({ identity }) => identity ?? '');
  const { instances } = evidence.inventory;
  const byKey = new Map(instances.map((instance) => [credentialKey(instance), instance]));
  const ofEndpoint = grouped(evidence.observations, (one) => portKey(one.instance, one.endpoint));
  const observations = new Map(evidence.observations.map((one) => [observationKey(one), one]));
  const served = new Map(
    latestChains(evidence.observations).map((one) => [portKey(one.instance, one.endpoint), one.observation.peerChain]),
  );
  const identities = callerIdentities(instances);
  const instanceOf = (finding: Finding) => byKey.get(keyOf(finding));
  const portOf = (finding: Finding) => portAt(instanceOf(finding), finding.endpoint);
  return {
    evidence,
    names: knownNames(evidence),
    of: (check, ...statuses) =>
      (ofCheck.get(check) ?? []).filter(({ status }) =>
        statuses.length === 0 ? status !== 'unknown' : statuses.includes(status),
      ),
    at: (instance) => ofInstance.get(credentialKey(instance)) ?? [],
    atPort: ({ instance, endpoint }) => ofPort.get(portKey(instance, endpoint)) ?? [],
    asCaller: (instance) =>
      ofIdentity.get(instance === 'agent' ? 'agent' : (identities.get(credentialKey(instance)) ?? '-')) ?? [],
    instanceOf,
    portOf,
    observationOf: (finding) => {
      const port = portOf(finding);
      const identity = finding.identity;
      return port && identity && observations.get(`${portKey(port.instance, port.endpoint)} ${identity}`);
    },
    probesOf: ({ instance, endpoint }) => ofEndpoint.get(portKey(instance, endpoint)) ?? [],
    servedBy: ({ instance, endpoint }) => served.get(portKey(instance, endpoint))?.[0],
  };
}

function portAt(instance: Instance | undefined, name: Finding['endpoint']): EndpointOfInstance | undefined {
  const endpoint: Endpoint | undefined = instance?.endpoints.find((one) => one.name === name);
  return instance && endpoint && { instance, endpoint };
}

function keyOf({ component, instance }: Finding): string {
  return `${component}/${instance}`;
}

function observationKey({ instance, endpoint, observation }: EndpointObservation): string {
  return `${portKey(instance, endpoint)} ${observation.identity}`;
}

/** The members of each group, by what `key` says of them. */
export function grouped<T>(all: Iterable<T>, key: (one: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const name = key(one);
    const known = groups.get(name);
    if (known === undefined) {
      groups.set(name, [one]);
    } else {
      known.push(one);
    }
  }
  return groups;
}
