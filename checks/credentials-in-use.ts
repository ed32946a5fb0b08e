import type { Instance } from '../cluster/inventory/inventory.js';
import type { CredentialFacts } from '../credentials/facts.js';
import type { VerificationResult } from '../credentials/verifiers/verifier.js';
import { credentialKey, type Evidence } from './check.js';

/** A certificate with its key and CA, and the process that uses it. */
export interface CredentialsInUse {
  readonly owner: Instance | 'agent';
  readonly facts: CredentialFacts;
  readonly roles: readonly VerificationResult['role'][];
}

/** The credentials on this host: of each local instance, one entry per certificate, and of the agent. */
export function credentialsInUse(evidence: Evidence): readonly CredentialsInUse[] {
  const instances = evidence.inventory.instances.flatMap((owner): readonly CredentialsInUse[] => {
    const facts = evidence.credentials.get(credentialKey(owner));
    const calling = evidence.calling.get(credentialKey(owner));
    const roles = owner.security.callsWith === undefined ? (['server', 'client'] as const) : (['server'] as const);
    return [
      ...(facts === undefined ? [] : [{ owner, facts, roles }]),
      ...(calling === undefined ? [] : [{ owner, facts: calling, roles: ['client'] as const }]),
    ];
  });
  const { agent } = evidence;
  return agent === undefined ? instances : [...instances, { owner: 'agent', facts: agent, roles: ['client'] }];
}
