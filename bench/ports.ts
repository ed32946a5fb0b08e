import type { ChildProcess } from 'node:child_process';
import type { BenchFiles } from './credentials.js';
import { documentsOf, script } from './process.js';

/** The time between two connections to one port, of all ports since the last time it was asked; milliseconds. */
export interface Gaps {
  readonly connections: number;
  readonly median: number;
  readonly p99: number;
  readonly worst: number;
}

export interface Ports {
  readonly child: ChildProcess;
  readonly ports: readonly number[];
  gaps(): Promise<Gaps>;
}

/** So many ports of bench/targets.ts, on a core of their own. */
export async function startPorts(
  { ca, cert, key }: BenchFiles,
  count: number,
  { core = 1, version = '1.3' }: { readonly core?: 0 | 1; readonly version?: '1.2' | '1.3' } = {},
): Promise<Ports> {
  const child = script(core, 'targets.ts', [ca, cert, key, version, String(count)]);
  const next = documentsOf<{ ports: readonly number[] } & Gaps>(child);
  const { ports } = await next();
  return {
    child,
    ports,
    gaps: async () => {
      child.stdin?.write('report\n');
      return await next();
    },
  };
}
