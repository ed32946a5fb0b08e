import { type CallerName, clientNames, componentNames } from '../components/profile.js';
import type { AllowList, Endpoint, Instance, Inventory } from '../inventory/inventory.js';
import { namedCallers } from '../inventory/naming.js';
import { isCallerAccepted, opennessOf, type ShownNames } from './expectation.js';

/**
 * The access of a caller to a port. `allowed` and `rejected`: by name. `any-certificate`, `anybody`, `plaintext`: every
 * such client is accepted. `unknown`: the list, the caller's name or the release is unknown.
 */
export type Access = 'allowed' | 'rejected' | 'any-certificate' | 'anybody' | 'plaintext' | 'unknown';

export interface MatrixCell {
  readonly caller: CallerName;
  /** Whether the caller needs this port, or another port under the same list. */
  readonly need: 'this-port' | 'same-list' | 'none';
  readonly access: Access;
}

interface MatrixRow {
  readonly instance: Instance;
  readonly endpoint: Endpoint;
  readonly cells: readonly MatrixCell[];
}

export interface Matrix {
  readonly callers: readonly CallerName[];
  readonly rows: readonly MatrixRow[];
}

/** The Common Names that callers present, from their certificates or declarations. */
export type KnownNames = ReadonlyMap<CallerName, readonly ShownNames[]>;

/** Callers × ports: which ports a caller needs, and which ones accept it, by profiles and allow-lists alone. */
export function matrixOf(inventory: Inventory, names: KnownNames): Matrix {
  const present = new Set<CallerName>([
    ...inventory.instances.map(({ component }) => component),
    ...inventory.clients.map(({ name }) => name),
    ...names.keys(),
  ]);
  const callers = [...componentNames, ...clientNames].filter((caller) => present.has(caller));
  const rows = inventory.instances.flatMap((instance) =>
    instance.endpoints.map((endpoint) => ({
      instance,
      endpoint,
      cells: callers.map((caller) => ({
        caller,
        need: needOf(endpoint, instance, caller),
        access: accessOf(endpoint, instance, caller, names),
      })),
    })),
  );
  return { callers, rows };
}

function needOf(endpoint: Endpoint, { endpoints }: Instance, caller: CallerName): MatrixCell['need'] {
  if (endpoint.profile.calledBy.includes(caller)) {
    return 'this-port';
  }
  const siblings = endpoints.filter(({ allowList }) => sameList(allowList, endpoint.allowList));
  return siblings.some(({ profile }) => profile.calledBy.includes(caller)) ? 'same-list' : 'none';
}

function sameList(a: AllowList, b: AllowList): boolean {
  return typeof a !== 'string' && typeof b !== 'string' && JSON.stringify(a.origin) === JSON.stringify(b.origin);
}

function accessOf(endpoint: Endpoint, instance: Instance, caller: CallerName, names: KnownNames): Access {
  const openness = opennessOf(endpoint, instance);
  if (openness !== 'names') {
    return openness;
  }
  const ownName = names.get(instance.component)?.[0]?.leaf.at(-1);
  const results = shownBy(endpoint, caller, names).map((shown) => isCallerAccepted(endpoint, instance, shown, ownName));
  if (results.includes('rejected')) {
    return 'rejected';
  }
  return results.length > 0 && results.every((one) => one === 'accepted') ? 'allowed' : 'unknown';
}

/** The known names of a caller; else the name that the convention of the list gives it. */
function shownBy({ allowList }: Endpoint, caller: CallerName, names: KnownNames): readonly ShownNames[] {
  const known = names.get(caller);
  if (known !== undefined || typeof allowList === 'string') {
    return known ?? [];
  }
  const name = namedCallers(allowList.value)?.nameOf(caller);
  return name === undefined ? [] : [{ leaf: [name] }];
}
