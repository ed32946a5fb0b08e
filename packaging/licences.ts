import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.js';

/** Licences that ask for no more than their notice, in the spelling of SPDX. */
const accepted: readonly string[] = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '(BSD-3-Clause OR GPL-2.0)',
  'ISC',
  'MIT',
];

/** A library that comes with the package, and its licence as the lockfile has it. */
export interface Licensed {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
}

interface Lockfile {
  readonly packages: Readonly<
    Record<string, { readonly version: string; readonly license?: string; readonly dev?: boolean }>
  >;
}

/** The libraries that users get, by the lockfile of the package in this folder. */
export function shippedLibraries(folder: string): readonly Licensed[] {
  const { packages }: Lockfile = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true)
    .map(([path, { version, license }]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version,
      licence: license ?? 'none stated',
    }));
}

/** Those whose licence is not one of the accepted. */
export function unaccepted(libraries: readonly Licensed[]): readonly Licensed[] {
  return libraries.filter(({ licence }) => !accepted.includes(licence));
}

if (process.argv[1]?.endsWith('licences.ts')) {
  const libraries = shippedLibraries(root);
  for (const { name, version, licence } of libraries) {
    console.log(`${licence.padEnd(14)} ${name} ${version}`);
  }
  const rejected = unaccepted(libraries);
  for (const { name, licence } of rejected) {
    console.error(`${name}: ${licence} is not among ${accepted.join(', ')}`);
  }
  process.exitCode = rejected.length === 0 ? 0 : 1;
}
