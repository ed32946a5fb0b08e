import { credentialKey } from '../../checks/check.js';
import type { ComponentName } from '../../cluster/components/profile.js';
import type { CredentialEntry } from '../../metrics/credential-metrics.js';
import type { Collector } from './collector.js';

export interface NodeCredentialEntry extends CredentialEntry {
  readonly component: ComponentName | 'agent';
}

/** The credential files of each local instance and of the agent, as metrics, page and change log list them. */
export function credentialEntries(collector: Collector): readonly NodeCredentialEntry[] {
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
