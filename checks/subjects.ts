import type { Instance } from '../cluster/inventory.js';
import type { CredentialFacts } from '../credentials/facts.js';
import { credentialKey, type Evidence } from './check.js';

export interface Subject {
  readonly who: Instance | 'agent';
  /** As a person says it: `tikv 10.0.1.2:20180`, `the agent`. */
  readonly title: string;
  readonly facts: CredentialFacts;
}

/** Everybody whose files are on this node: the local instances and the agent itself. */
export function subjectsOf(evidence: Evidence): readonly Subject[] {
  const instances = evidence.inventory.instances.flatMap((instance) => {
    const facts = evidence.credentials.get(credentialKey(instance));
    return facts === undefined ? [] : [{ who: instance, title: `${instance.component} ${instance.name}`, facts }];
  });
  const own = evidence.own === undefined ? [] : [{ who: 'agent' as const, title: 'the agent', facts: evidence.own }];
  return [...instances, ...own];
}
