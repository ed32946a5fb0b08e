import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * `skip` option for tests that talk to a program of the operating system. On a user's machine its absence skips with
 * what to install; with CI=true it is a failure, because then it should have been there.
 */
export function needs(program: string, debianPackage: string): { readonly skip: string | false } {
  if (existsSync(program)) {
    return { skip: false };
  }
  if (process.env.CI === 'true') {
    throw new Error(`${program} is missing: apt-get install ${debianPackage}`);
  }
  return { skip: `${program} is missing: apt-get install ${debianPackage}` };
}

/** The first file of that name on PATH. */
export function onPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

/** `skip` option for tests that need root, for mounts, namespaces and other users; in CI as root they run. */
export function needsRoot(...programs: readonly (readonly [program: string, debianPackage: string])[]): {
  readonly skip: string | false;
} {
  if (process.getuid?.() !== 0) {
    return { skip: 'needs root' };
  }
  return programs.map(([program, from]) => needs(program, from)).find(({ skip }) => skip !== false) ?? { skip: false };
}
