import { profiles } from '../../cluster/components/profiles.js';
import type { Instance } from '../../cluster/inventory/inventory.js';
import type { Scene } from './scene.js';

/** How to set a first allow-list: every caller that the ports need, with the names that are known. */
export function namedCallersOf({ names }: Scene, { component, endpoints }: Instance): readonly string[] {
  const { allowedCommonNames } = profiles[component].securityKeys;
  const callers = [...new Set([component, ...endpoints.flatMap(({ profile }) => profile.calledBy)])];
  const known = callers.flatMap((caller) => names.get(caller)?.flatMap(({ leaf }) => leaf.at(-1) ?? []) ?? []);
  const unknown = callers.filter((caller) => !names.has(caller));
  const rest = unknown.length === 0 ? '' : `, and those of ${unknown.join(', ')} where they are in use`;
  return [
    `set ${allowedCommonNames} to the Common Names of all its callers: ${[...new Set(known)].map((name) => `"${name}"`).join(', ')}${rest}`,
    `check check --matrix, then restart ${component}`,
  ];
}
