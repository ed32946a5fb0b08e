import type { CredentialEntry } from '../metrics/credential-metrics.js';
import type { Observer } from './observer.js';

/** The files of each local instance, and the agent's own, as metrics and page list them. */
export function credentialEntries(observer: Observer): readonly CredentialEntry[] {
  const entries = observer.inventory.instances.flatMap(({ component, name }) => {
    const facts = observer.credentials().get(`${component}/${name}`);
    return facts === undefined ? [] : [{ component, instance: name, facts }];
  });
  const own = observer.own();
  return own === undefined ? entries : [...entries, { component: 'agent', instance: 'agent', facts: own }];
}
