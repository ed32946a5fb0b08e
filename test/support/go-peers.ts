import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { needs, onPath } from './peers.js';

const peers = join(import.meta.dirname, '../peers');
export const fixtures = join(peers, 'fixtures');
/** Prometheus' own reader of web.config.file. */
export const toolkit = join(import.meta.dirname, '../toolkit-peer');

/** `skip` option for tests that talk to a program written in Go, which they build first. */
export function needsGo(): { readonly skip: string | false } {
  return needs(onPath('go') ?? 'go', 'golang-go');
}

/** Builds a Go program, that of test/peers by default, and returns its path. */
export function buildGoPeers(directory = peers): string {
  const name = basename(directory);
  return buildGo(directory, { [name]: '.' })[name] ?? '';
}

/** Builds packages of the module in a folder, once per state of its sources, and returns the path of each program. */
export function buildGo<const T extends string>(
  folder: string,
  packages: Readonly<Record<T, string>>,
): Readonly<Record<T, string>> {
  const sources = readdirSync(folder)
    .filter((name) => /\.go$|^go\./.test(name))
    .sort();
  const hash = createHash('sha256');
  for (const name of sources) {
    hash.update(name).update(readFileSync(join(folder, name)));
  }
  const cache = join(import.meta.dirname, '../../node_modules/.cache/tidb-mtls-go');
  const built = join(cache, hash.digest('hex').slice(0, 16));
  const names = Object.keys(packages) as T[];
  if (!names.every((name) => existsSync(join(built, name)))) {
    // Test files run at once: one builds, the others find its results in Go's cache; renames leave no half a program.
    const unfinished = `${built}.${process.pid}`;
    mkdirSync(built, { recursive: true });
    mkdirSync(unfinished);
    const args = ['build', '-trimpath', '-ldflags=-s', '-o', `${unfinished}/`, ...Object.values<string>(packages)];
    const command = onPath('flock') === undefined ? ['go', ...args] : ['flock', `${built}.lock`, 'go', ...args];
    const [program = 'go', ...rest] = command;
    const { status, stderr } = spawnSync(program, rest, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) {
      throw new Error(`go build in ${folder} failed:\n${stderr}`);
    }
    for (const name of names) {
      renameSync(join(unfinished, name), join(built, name));
    }
    rmSync(unfinished, { recursive: true });
  }
  return Object.fromEntries(names.map((name) => [name, join(built, name)])) as Record<T, string>;
}
