import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { needs, onPath } from './peers.js';

const peers = join(import.meta.dirname, '../peers');
export const fixtures = join(peers, 'fixtures');
/** Prometheus' own reader of web.config.file. */
export const toolkit = join(import.meta.dirname, '../toolkit-peer');

/** `skip` option for tests that talk to the Go program in test/peers. */
export function needsGo(): { readonly skip: string | false; readonly timeout: number } {
  // The first build compiles etcd.
  return { ...needs(onPath('go') ?? 'go', 'golang-go'), timeout: 240_000 };
}

/** Builds a Go program, that of test/peers unless told otherwise, once per state of its sources; returns its path. */
export function buildGoPeers(directory = peers): string {
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
      throw new Error(`go build in ${directory} failed:\n${stderr}`);
    }
    renameSync(unfinished, binary);
  }
  return binary;
}
