import type { KnownNames } from '../cluster/access/matrix.js';
import type { CallerName } from '../cluster/components/profile.js';
import { formatOrigin } from '../cluster/documents/origin.js';
import type { Endpoint, Instance } from '../cluster/inventory/inventory.js';
import { namedCallers } from '../cluster/inventory/naming.js';
import type { Check } from './check.js';
import type { Finding } from './finding.js';
import { findingOf } from './finding-of.js';
import { knownNames } from './known-names.js';

const id = 'unused-allow-list-entry';

export const unusedAllowListEntry: Check = {
  id,
  title: 'No list lets in a component that never calls',
  severity: 'warn',
  description:
    "Each entry of an allow-list whose owner is known, by a certificate on this node, a declaration, or the names that TiUP and the documentation give, is held against who calls the component's ports. An entry nobody needs is a way in for whoever gets hold of that certificate.",
  remediation: 'Take the name out of the list.',
  results: { warn: 'the list holds the name of a component or tool that calls none of its ports' },
  run: (evidence) => {
    const names = knownNames(evidence);
    return evidence.inventory.instances.flatMap((instance) => {
      const placeOf = ({ allowList }: Endpoint) =>
        typeof allowList === 'string' ? '' : formatOrigin(allowList.origin);
      const places = [...new Set(instance.endpoints.map(placeOf))];
      return places.flatMap((place) =>
        evaluate(
          instance,
          instance.endpoints.filter((endpoint) => placeOf(endpoint) === place),
          names,
        ),
      );
    });
  },
};

/** One list, and the ports it is for. */
function evaluate(instance: Instance, endpoints: readonly Endpoint[], names: KnownNames): readonly Finding[] {
  const list = endpoints[0]?.allowList;
  if (list === undefined || typeof list === 'string') {
    return [];
  }
  const needed = new Set<CallerName>([
    instance.component,
    ...endpoints.flatMap(({ profile }) => [...profile.calledBy, ...(profile.documentedCallers ?? [])]),
  ]);
  const unused = list.value.flatMap((entry) => {
    const owners = ownersOf(entry, list.value, names);
    return owners.length > 0 && !owners.some((owner) => needed.has(owner)) ? [{ entry, owners }] : [];
  });
  return unused.length === 0
    ? [
        findingOf(id, 'pass', instance, {
          message: `its list at ${formatOrigin(list.origin)} holds no needless caller`,
        }),
      ]
    : unused.map(({ entry, owners }) =>
        findingOf(id, 'warn', instance, {
          message: `its list holds "${entry}", the Common Name of ${owners.join(' and ')}, which calls none of its ports`,
          remediation: `take "${entry}" out of the list at ${formatOrigin(list.origin)}`,
          evidence: { list: list.value },
        }),
      );
}

function ownersOf(entry: string, list: readonly string[], names: KnownNames): readonly CallerName[] {
  const known = [...names].filter(([, shown]) => shown.some(({ leaf }) => leaf.includes(entry))).map(([name]) => name);
  if (known.length > 0) {
    return known;
  }
  const tradition = namedCallers(list);
  return [...(tradition?.callers ?? [])].filter((caller) => tradition?.nameOf(caller) === entry);
}
