import { namesDiffer } from '../../checks/ca-in-memory.js';
import type { Baseline, EndpointServerHandshake } from '../../checks/check.js';
import type { CredentialFacts } from '../../credentials/facts.js';

/** What the latest handshake of a port is held against. */
export interface HandshakeContext {
  readonly baseline: Baseline | undefined;
  readonly facts: CredentialFacts | undefined;
  /** When the agent read its configuration, as at SIGHUP. */
  readonly configuredAt: Date;
}

/**
 * Whether a recorded server handshake may no longer be true: since it was read the CA file changed, the process restarted, or
 * the agent read its configuration again; or it names other CAs than the file, which a restart ends at any time. Reading it
 * again does not wait for the slow schedule of negative probes.
 */
export function isHandshakeStale(
  { serverHandshake: { at, outcome, authorities } }: EndpointServerHandshake,
  { baseline, facts, configuredAt }: HandshakeContext,
): boolean {
  const differs = outcome === 'read' && facts?.ca !== undefined && namesDiffer(authorities, facts.ca) !== undefined;
  const events = [baseline?.changedAt, baseline?.processStart, configuredAt];
  return differs || events.some((event) => event !== undefined && event > at);
}
