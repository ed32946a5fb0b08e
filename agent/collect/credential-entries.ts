import { credentialKey } from '../../checks/check.js';
import type { CredentialEntry } from '../../metrics/credential-metrics.js';
import type { Collector } from './collector.js';

/** The files of each local instance, and the agent's own, as metrics and page list them. */
export function credentialEntries(collector: Collector): readonly CredentialEntry[] {
  const { credentials, calling, agent } = collector.credentials();
  const entries = collector.inventory.instances.flatMap((instance) => {
    const key = credentialKey(instance);
    const facts = credentials.get(key);
    const { component, name } = instance;
    return facts === undefined ? [] : [{ component, instance: name, facts, calling: calling.get(key) }];
  });
  return agent === undefined
    ? entries
    : [...entries, { component: 'agent', instance: 'agent', facts: agent, calling: undefined }];
}
