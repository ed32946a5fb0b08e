import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { needs, onPath } from './peers.js';

const directory = join(import.meta.dirname, '../peers');
export const fixtures = join(directory, 'fixtures');

/** `skip` option for tests that talk to the Go program in test/peers. */
export function needsGo(): { readonly skip: string | false; readonly timeout: number } {
  // The first build compiles etcd.
  return { ...needs(onPath('go') ?? 'go', 'golang-go'), timeout: 240_000 };
}

/** Builds the Go program, once per state of its sources, and returns its path. */
export function buildGoPeers(): string {
  const sources = readdirSync(directory)
    .filter((name) => /\.go$|^go\./.test(name))
    .sort();
  const hash = createHash('sha256');
  for (const name of sources) {
    hash.update(name).update(readFileSync(join(directory, name)));
  }
  const cache = join(import.meta.dirname, '../../node_modules/.cache/tidb-mtls-peers');
  const binary = join(cache, hash.digest('hex').slice(0, 16));
  if (!existsSync(binary)) {
    mkdirSync(cache, { recursive: true });
    // Two test files may build at once; the rename makes the last one win without a half-written program.
    const unfinished = `${binary}.${process.pid}`;
    const { status, stderr } = spawnSync('go', ['build', '-o', unfinished, '.'], { cwd: directory, encoding: 'utf8' });
    if (status !== 0) {
      throw new Error(`go build of test/peers failed:\n${stderr}`);
    }
    renameSync(unfinished, binary);
  }
  return binary;
}
