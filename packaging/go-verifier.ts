import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from './root.js';

/** Source and built file of the verifier that is Go's own. */
export const verifierFolder = join(root, 'credentials/verifiers/go');
export const verifierFile = join(verifierFolder, 'verifier.wasm.gz');
/** The release that built the file, and the digest of what it holds: another release gives other bytes. */
export const verifierRecord = join(verifierFolder, 'built.json');

/** The release of the Go on the PATH, as `go1.26.8`; undefined without one. */
export function goRelease(): string | undefined {
  try {
    return execFileSync('go', ['env', 'GOVERSION'], { encoding: 'utf8', cwd: verifierFolder }).trim();
  } catch (error: unknown) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

/** Builds the WebAssembly; the same source and release give the same bytes on every machine. */
export function buildVerifier(): Buffer {
  const work = mkdtempSync(join(tmpdir(), 'tidb-mtls-go-verifier-'));
  try {
    const file = join(work, 'verifier.wasm');
    const flags = ['-buildmode=c-shared', '-trimpath', '-buildvcs=false', '-ldflags=-s -w -buildid='];
    const env = { ...process.env, GOOS: 'wasip1', GOARCH: 'wasm', GOTOOLCHAIN: 'local', GOFLAGS: '', GOEXPERIMENT: '' };
    execFileSync('go', ['build', ...flags, '-o', file, '.'], { cwd: verifierFolder, env, stdio: 'inherit' });
    return readFileSync(file);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

export function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

if (process.argv[1]?.endsWith('go-verifier.ts')) {
  const bytes = buildVerifier();
  writeFileSync(verifierFile, gzipSync(bytes, { level: 9 }));
  writeFileSync(verifierRecord, `${JSON.stringify({ go: goRelease(), sha256: digestOf(bytes) }, undefined, 2)}\n`);
}
