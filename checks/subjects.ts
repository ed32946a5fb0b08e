import type { Instance } from '../cluster/inventory/inventory.js';
import type { CredentialFacts } from '../credentials/facts.js';
import type { VerificationResult } from '../credentials/verifiers/verifier.js';
import { credentialKey, type Evidence } from './check.js';

export interface Subject {
  readonly who: Instance | 'agent';
  readonly facts: CredentialFacts;
  /** What the pair is used as. */
  readonly roles: readonly VerificationResult['role'][];
}

/** Every pair on this node: those of the local instances, each with what it is used as, and the agent's own. */
export function subjectsOf(evidence: Evidence): readonly Subject[] {
  const instances = evidence.inventory.instances.flatMap((who): readonly Subject[] => {
    const facts = evidence.credentials.get(credentialKey(who));
    const called = evidence.calling.get(credentialKey(who));
    const roles = who.security.callsWith === undefined ? (['server', 'client'] as const) : (['server'] as const);
    return [
      ...(facts === undefined ? [] : [{ who, facts, roles }]),
      ...(called === undefined ? [] : [{ who, facts: called, roles: ['client'] as const }]),
    ];
  });
  const { agent } = evidence;
  return agent === undefined ? instances : [...instances, { who: 'agent', facts: agent, roles: ['client'] }];
}
