import type { Endpoint, Instance, Inventory } from '../cluster/inventory/inventory.js';
import type { Certificate } from '../credentials/certificate.js';
import type { CredentialFacts } from '../credentials/facts.js';
import type { VerificationResult } from '../credentials/verifiers/verifier.js';
import type { Observation } from '../probes/observation.js';
import type { Resumption } from '../probes/resumption.js';
import type { ServerHandshake } from '../probes/server-handshake.js';
import type { Finding, Status } from './finding.js';

/** An observation and the endpoint it was made of. */
export interface EndpointObservation {
  readonly instance: Instance;
  readonly endpoint: Endpoint;
  readonly observation: Observation;
  /** When this port first served its leaf; absent after a single scan. */
  readonly servedSince?: Date;
}

/** The server handshake of a port, read without a certificate. */
export interface EndpointServerHandshake {
  readonly instance: Instance;
  readonly endpoint: Endpoint;
  readonly serverHandshake: ServerHandshake;
}

/** Whether a TLS session stays valid without the certificate that it was established with. */
export interface EndpointResumption {
  readonly instance: Instance;
  readonly endpoint: Endpoint;
  readonly resumption: Resumption;
}

/** The CA file of a local instance as the agent first read it, and the start of the instance's process. */
export interface Baseline {
  readonly caDigest: string | undefined;
  readonly since: Date;
  /** When the file was written that was first read; no earlier version of it is known. */
  readonly writtenAt?: Date | undefined;
  /** The certificates of the CA file then. */
  readonly ca?: readonly Certificate[] | undefined;
  /** The certificates of every later version of the file, except the current one. */
  readonly between?: readonly (readonly Certificate[])[];
  /** The certificate on disk verified under the CA file of then, which peers may still hold; set once the file changed. */
  readonly underOldCa?: readonly VerificationResult[] | undefined;
  /** When the agent first read the present contents of a file that changed. */
  readonly changedAt?: Date | undefined;
  /** Undefined where the process is not visible to the agent. */
  readonly processStart?: Date | undefined;
}

/** The input of all checks: collected beforehand, never changed. */
export interface Evidence {
  readonly now: Date;
  readonly inventory: Inventory;
  /** By instance name and component: `credentialKey(instance)`. */
  readonly credentials: ReadonlyMap<string, CredentialFacts>;
  /** By the same key: the credentials that an instance calls others with, where it serves different ones. */
  readonly calling: ReadonlyMap<string, CredentialFacts>;
  readonly baselines: ReadonlyMap<string, Baseline>;
  /** The agent's credentials. */
  readonly agent: CredentialFacts | undefined;
  readonly observations: readonly EndpointObservation[];
  /** Peer-reported health: what ports report about others. */
  readonly peerReports: readonly EndpointObservation[];
  readonly serverHandshakes: readonly EndpointServerHandshake[];
  readonly resumptions: readonly EndpointResumption[];
  /** The ports that the agent is to probe. */
  readonly targets: readonly EndpointOfInstance[];
  /** Whether the configuration has negative probes sent at all. */
  readonly negativeProbes: 'on' | 'off';
  /** Ports where negative probes are due and none was made yet. */
  readonly negativeProbesPending: readonly EndpointOfInstance[];
  /** Ports that get none: their release, or what happened at the last ones, forbids it. */
  readonly negativeProbesLeftOut?: readonly EndpointOfInstance[];
}

export interface EndpointOfInstance {
  readonly instance: Instance;
  readonly endpoint: Endpoint;
}

/** Every port of these instances. */
export function portsOf(instances: readonly Instance[]): readonly EndpointOfInstance[] {
  return instances.flatMap((instance) => instance.endpoints.map((endpoint) => ({ instance, endpoint })));
}

export function credentialKey(instance: { readonly component: string; readonly name: string }): string {
  return `${instance.component}/${instance.name}`;
}

export function portKey(
  instance: { readonly component: string; readonly name: string },
  endpoint: { readonly name: string },
): string {
  return `${credentialKey(instance)}/${endpoint.name}`;
}

/** The certificate that an instance presents to the servers it calls, and the CA that it verifies them with. */
export function callingFactsOf(
  { credentials, calling }: Pick<Evidence, 'credentials' | 'calling'>,
  instance: Instance,
): CredentialFacts | undefined {
  return (instance.security.callsWith === undefined ? credentials : calling).get(credentialKey(instance));
}

/** A check: a pure function of the evidence, one file, one id. */
export interface Check {
  readonly id: string;
  readonly title: string;
  /** The status of its worst finding. */
  readonly severity: 'warn' | 'fail';
  /** Markdown paragraphs for docs/checks.md: what is checked, and why it matters. */
  readonly description: string;
  readonly remediation: string;
  /** Whether an unknown status leaves the main question of a port open: whom it accepts and rejects. `check` then exits with 3. */
  readonly decisive?: true;
  /** The condition of each status except pass. A status without a condition is never given. */
  readonly statuses: Readonly<Partial<Record<Exclude<Status, 'pass' | 'accepted'>, string>>>;
  readonly run: (evidence: Evidence) => readonly Finding[];
}
