import type { ShownNames } from '../cluster/access/expectation.js';
import type { KnownNames } from '../cluster/access/matrix.js';
import type { CallerName } from '../cluster/components/profile.js';
import { formatOrigin, type Origin } from '../cluster/documents/origin.js';
import { callingFactsOf, type Evidence } from './check.js';

type Sources = Pick<Evidence, 'inventory' | 'credentials' | 'calling' | 'agent'>;

/** The distinct Common Names that each caller presents, from certificates on this host and from declared clients. */
export function knownNames(sources: Sources): KnownNames {
  const names = new Map<CallerName, ShownNames[]>();
  const add = (caller: CallerName, shown: ShownNames) => {
    const known = names.get(caller) ?? [];
    if (!known.some(({ leaf }) => leaf.join('\n') === shown.leaf.join('\n'))) {
      names.set(caller, [...known, shown]);
    }
  };
  for (const { caller, shown } of presentedOnThisNode(sources)) {
    add(caller, shown);
  }
  for (const { name, commonName } of sources.inventory.clients) {
    if (commonName !== undefined) {
      add(name, { leaf: [commonName] });
    }
  }
  const [leaf] = sources.agent?.chain ?? [];
  if (leaf !== undefined) {
    add('agent', { leaf: leaf.commonNames });
  }
  return names;
}

function presentedOnThisNode(sources: Sources) {
  return sources.inventory.instances.flatMap((instance) => {
    const facts = callingFactsOf(sources, instance);
    const [leaf, ...above] = facts?.chain ?? [];
    if (leaf === undefined) {
      return [];
    }
    const chain = [...above, ...(facts?.ca ?? [])].flatMap(({ commonNames }) => commonNames);
    return [{ caller: instance.component, shown: { leaf: leaf.commonNames, chain } }];
  });
}

/**
 * How to get a Common Name into the list at `origin`. A certificate without a Common Name has to be issued again: an
 * empty entry would accept every certificate of the CA that has none.
 */
export function remediationOfList(name: string, origin: Origin | undefined, then = ''): string {
  const where = origin === undefined ? '' : ` at ${formatOrigin(origin)}`;
  return name === ''
    ? `issue the certificate with a Common Name of the allow-list${where}`
    : `add "${name}" to the allow-list${where}${then}`;
}
