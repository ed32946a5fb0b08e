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
  /** When its leaf was first seen on this port; absent where only one look was taken. */
  readonly servedSince?: Date;
}

/** The first flight of a port, read without a credential. */
export interface EndpointServerHandshake {
  readonly instance: Instance;
  readonly endpoint: Endpoint;
  readonly serverHandshake: ServerHandshake;
}

/** Whether a session outlives the certificate it was made with. */
export interface EndpointResumption {
  readonly instance: Instance;
  readonly endpoint: Endpoint;
  readonly resumption: Resumption;
}

/** What was known of a local instance's CA file when the agent first saw it, and when its process started. */
export interface Baseline {
  readonly caDigest: string | undefined;
  readonly since: Date;
  /** The certificates of that CA file. */
  readonly ca?: readonly Certificate[] | undefined;
  /** Those of each other contents that the file had since, apart from what it has now. */
  readonly between?: readonly (readonly Certificate[])[];
  /** The pair on disk under that CA, which peers still hold; told once the file changed. */
  readonly underOldCa?: readonly VerificationResult[] | undefined;
  /** Undefined where the process cannot be looked at. */
  readonly processStart?: Date | undefined;
}

/** All that checks may look at; gathered beforehand, never changed. */
export interface Evidence {
  readonly now: Date;
  readonly inventory: Inventory;
  /** By instance name and component: `credentialKey(instance)`. */
  readonly credentials: ReadonlyMap<string, CredentialFacts>;
  /** By the same key: the pair that it calls others with, where that is not the one it serves. */
  readonly calling: ReadonlyMap<string, CredentialFacts>;
  readonly baselines: ReadonlyMap<string, Baseline>;
  /** The agent's own pair. */
  readonly agent: CredentialFacts | undefined;
  readonly observations: readonly EndpointObservation[];
  /** What ports say of others, by the path asked. */
  readonly peerReports: readonly EndpointObservation[];
  readonly serverHandshakes: readonly EndpointServerHandshake[];
  readonly resumptions: readonly EndpointResumption[];
  /** Ports where negative probes are due and none was made yet. */
  readonly negativeProbesPending: readonly EndpointOfInstance[];
}

export interface EndpointOfInstance {
  readonly instance: Instance;
  readonly endpoint: Endpoint;
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

/** The pair that an instance shows to those it calls, and the CA by which it judges them. */
export function callingFactsOf(
  { credentials, calling }: Pick<Evidence, 'credentials' | 'calling'>,
  instance: Instance,
): CredentialFacts | undefined {
  return (instance.security.callsWith === undefined ? credentials : calling).get(credentialKey(instance));
}

/** A check: pure, one file, one id. */
export interface Check {
  readonly id: string;
  readonly title: string;
  /** The status of its worst finding. */
  readonly severity: 'warn' | 'fail';
  /** Markdown paragraphs for docs/checks.md: what it looks at, why it matters. */
  readonly description: string;
  readonly remediation: string;
  /** What each status but pass is given for; one that is not here is never given. */
  readonly results: Readonly<Partial<Record<Exclude<Status, 'pass'>, string>>>;
  readonly run: (evidence: Evidence) => readonly Finding[];
}
