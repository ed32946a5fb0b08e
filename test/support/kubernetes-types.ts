import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the types of an API group come from; core and built-in groups by default. */
const packages: readonly (readonly [RegExp, string])[] = [
  [/^monitoring\.coreos\.com\//, '@kubernetes-models/prometheus-operator'],
  [/^cert-manager\.io\//, '@kubernetes-models/cert-manager'],
  [/(^|\.)pingcap\.com\//, '@kubernetes-models/tidb-operator'],
];

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: never;
}

const root = join(import.meta.dirname, '../..');

/**
 * What is wrong with manifests by the types of their API: unknown fields, wrong types, missing ones. The compiler
 * checks each as a literal of its type, which no excess field passes.
 */
export function typeErrorsOf(manifests: readonly Manifest[]): readonly string[] {
  const lines = manifests.map((manifest, index) => {
    const { apiVersion, kind } = manifest;
    const from = packages.find(([group]) => group.test(apiVersion))?.[1] ?? 'kubernetes-models';
    const type = `import('${from}/${apiVersion}/${kind}').I${kind}`;
    return `export const manifest${index}: ${type} = ${JSON.stringify(manifest)};`;
  });
  return compilerErrors(lines.join('\n')).map(({ line, message }) => {
    const at = manifests[line - 1];
    return `${at?.kind} ${at?.metadata.name}: ${message}`;
  });
}

/** Errors of a module that may import what the project has installed; the lines that follow the first explain it. */
function compilerErrors(text: string): readonly { readonly line: number; readonly message: string }[] {
  const cache = join(root, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'manifests-'));
  writeFileSync(join(folder, 'manifests.mts'), text);
  const options = '--ignoreConfig --noEmit --strict --skipLibCheck --module nodenext --target es2022 --pretty false';
  const compiler = join(root, 'node_modules/.bin/tsc');
  const { status, stdout, stderr } = spawnSync(compiler, [...options.split(' '), 'manifests.mts'], {
    cwd: folder,
    encoding: 'utf8',
  });
  rmSync(folder, { recursive: true });
  const errors = stdout.split(/^manifests\.mts/m).slice(1);
  if (status !== 0 && errors.length === 0) {
    throw new Error(`the compiler ended with ${status}: ${stdout}${stderr}`);
  }
  return errors.map((error) => {
    const [, line, message = error] = /^\((\d+),\d+\): error TS\d+: (.*)$/s.exec(error) ?? [];
    return { line: Number(line), message: message.replaceAll(/\s*\n\s*/g, ' ').trim() };
  });
}
