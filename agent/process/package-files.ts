import { existsSync, readFileSync } from 'node:fs';

/** Set by the bundler, for a program that runs without the package's files. */
declare const bundledFiles: Readonly<Record<string, string>> | undefined;

/** Files of the package that the program reads, by their path in the package. */
export const shippedFiles = [
  'package.json',
  'deploy/tiup/tidb-mtls.rules.yml',
  'deploy/tiup/tidb-mtls.recording.rules.yml',
  'deploy/grafana/tidb-mtls.json',
] as const;

export type ShippedFile = (typeof shippedFiles)[number];

/** The text of a file of the package. */
export function shippedFile(path: ShippedFile): string {
  const bundled = typeof bundledFiles === 'undefined' ? undefined : bundledFiles[path];
  return bundled ?? readFileSync(new URL(path, packageRoot()), 'utf8');
}

/** The package is two levels above this file in the source tree, and three in `dist`. */
function packageRoot(): URL {
  const root = ['../../', '../../../']
    .map((candidate) => new URL(candidate, import.meta.url))
    .find((candidate) => existsSync(new URL('package.json', candidate)));
  if (root === undefined) {
    throw new Error('package.json of tidb-mtls-agent not found beside the program');
  }
  return root;
}
