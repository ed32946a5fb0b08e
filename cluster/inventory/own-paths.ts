import { existsSync, realpathSync } from 'node:fs';
import { readCredentialFile } from '../../credentials/file.js';
import { profiles } from '../components/profiles.js';
import { formatOrigin, type Sourced } from '../documents/origin.js';
import type { Disagreement, Instance, SourcedPaths } from './inventory.js';

/**
 * The paths that the component itself reads at its start. Declared paths say where the agent finds its files, and not what
 * its configuration says.
 */
export function configuredPathsOf({ component, security, flagsUnknown }: Instance): SourcedPaths {
  const own = security.inConfiguration;
  const byFlags = flagsUnknown === true && profiles[component].flagsSet !== undefined;
  return own === undefined || (byFlags && pathsSet(own) === 0) ? security : own;
}

export function pathsSet({ ca, cert, key }: SourcedPaths): number {
  return [ca, cert, key].filter((one) => one !== undefined).length;
}

/** The declared paths that lead to other files than those that the component's own configuration names. */
export function pathDifferences(component: Instance['component'], declared: SourcedPaths, own: SourcedPaths) {
  return (['ca', 'cert', 'key'] as const).flatMap((which): readonly Disagreement[] => {
    const [here, there] = [declared[which], own[which]];
    return here === undefined || there === undefined || isSameFile(here.value, there.value)
      ? []
      : [differenceOf(component, here, there)];
  });
}

function differenceOf(component: Instance['component'], here: Sourced<string>, there: Sourced<string>): Disagreement {
  const named = `${component} is declared with ${here.value}, and its configuration names ${there.value} (${formatOrigin(there.origin)})`;
  const shared = { code: 'path-disagrees', origin: here.origin, component, address: undefined } as const;
  return existsSync(there.value)
    ? {
        ...shared,
        severity: 'warn',
        message: `${named}: other contents, so the agent checks files that ${component} does not use`,
        remediation: `declare ${there.value}, or leave the path out`,
      }
    : {
        ...shared,
        severity: 'note',
        message: `${named}, which does not exist here, so the two were not compared`,
        remediation: 'make sure that both are the same file',
      };
}

/** Whether two paths lead to one file, or to two with the same contents. */
function isSameFile(one: string, other: string): boolean {
  if (one === other) {
    return true;
  }
  try {
    return (
      realpathSync(one) === realpathSync(other) || readCredentialFile(one).bytes.equals(readCredentialFile(other).bytes)
    );
  } catch {
    // A file that is absent or unreadable is not known to be the same.
    return false;
  }
}
