import { readFileSync } from 'node:fs';

/** The version of package.json, which lies above this file in the source tree and one level higher in `dist`. */
export function readVersion(): string {
  for (const candidate of ['../package.json', '../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(candidate, import.meta.url), 'utf8'));
      if (name === 'tidb-mtls-agent') {
        return version;
      }
    } catch (error: unknown) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) {
        throw error;
      }
    }
  }
  throw new Error('package.json of tidb-mtls-agent not found beside the program');
}
