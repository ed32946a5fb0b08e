import type { KnownNames } from '../cluster/access/matrix.js';
import type { CallerName } from '../cluster/components/profile.js';
import { formatOrigin } from '../cluster/documents/origin.js';
import type { Endpoint, Instance } from '../cluster/inventory/inventory.js';
import { namedCallers } from '../cluster/inventory/naming.js';
import { knownNames } from './allow-list.js';
import type { Check } from './check.js';
import { type Finding, findingOf } from './finding.js';

const id = 'unused-allow-list-entry';

export const unusedAllowListEntry: Check = {
  id,
  title: 'Allow-lists contain no component that never calls',
  severity: 'warn',
  description:
    "Compares each entry of an allow-list with the callers of the component's ports. The owner of an entry is known from a certificate on this host, from a declaration, or from the names that TiUP and the documentation use. An unused entry is a risk: whoever holds that certificate can connect.",
  remediation: 'Remove the name from the allow-list.',
  statuses: { warn: 'the allow-list contains the name of a component or tool that calls none of its ports' },
  run: (evidence) => {
    const names = knownNames(evidence);
    return evidence.inventory.instances.flatMap((instance) => {
      const positionOf = ({ allowList }: Endpoint) =>
        typeof allowList === 'string' ? '' : formatOrigin(allowList.origin);
      const positions = [...new Set(instance.endpoints.map(positionOf))];
      return positions.flatMap((position) =>
        evaluate(
          instance,
          instance.endpoints.filter((endpoint) => positionOf(endpoint) === position),
          names,
        ),
      );
    });
  },
};

/** Evaluates one list; `endpoints` are the ports that use it. */
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
  const where = formatOrigin(list.origin);
  return unused.length === 0
    ? [findingOf(id, 'pass', instance, { message: `its allow-list at ${where} has no unused entry` })]
    : unused.map(({ entry, owners }) =>
        findingOf(id, 'warn', instance, {
          message: `its allow-list contains "${entry}", the Common Name of ${owners.join(' and ')}, which calls none of its ports`,
          remediation: `remove "${entry}" from the allow-list at ${where}`,
          evidence: { entry, list: list.value },
        }),
      );
}

function ownersOf(entry: string, list: readonly string[], names: KnownNames): readonly CallerName[] {
  const known = [...names].filter(([, shown]) => shown.some(({ leaf }) => leaf.includes(entry))).map(([name]) => name);
  if (known.length > 0) {
    return known;
  }
  const naming = namedCallers(list);
  return [...(naming?.callers ?? [])].filter((caller) => naming?.nameOf(caller) === entry);
}
