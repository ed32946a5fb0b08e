import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';

/** A directory of this test's own, removed with it. */
export function temporaryDirectory(t: Pick<Test, 'teardown'>): string {
  const directory = mkdtempSync(join(tmpdir(), 'tidb-mtls-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
