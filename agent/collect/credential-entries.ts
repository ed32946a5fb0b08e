import { credentialKey } from '../../checks/check.js';
import type { CredentialEntry } from '../../metrics/credential-metrics.js';
import type { Observer } from './collector.js';

/** The files of each local instance, and the agent's own, as metrics and page list them. */
export function credentialEntries(observer: Observer): readonly CredentialEntry[] {
  const { credentials, calling, own } = observer.credentials();
  const entries = observer.inventory.instances.flatMap((instance) => {
    const key = credentialKey(instance);
    const facts = credentials.get(key);
    const { component, name } = instance;
    return facts === undefined ? [] : [{ component, instance: name, facts, calling: calling.get(key) }];
  });
  return own === undefined
    ? entries
    : [...entries, { component: 'agent', instance: 'agent', facts: own, calling: undefined }];
}
