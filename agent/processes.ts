import { basename } from 'node:path';
import { linkIn, namesIn, procText } from '../cluster/sources/proc.js';

/** Linux reports process times in these, on every architecture. */
const ticksPerSecond = 100;
const listening = '0A';

/**
 * When the process of this executable that listens on one of these ports started. Undefined when it cannot be known:
 * another operating system, another user's process, another PID namespace.
 */
export function processStart(executable: string, ports: readonly number[], root = '/proc'): Date | undefined {
  const sockets = new Set(ports.flatMap((port) => listeningSockets(port, root)));
  for (const pid of namesIn(root).filter((name) => /^\d+$/.test(name))) {
    const [program = ''] = procText(`${root}/${pid}/cmdline`).split('\0');
    if (basename(program) === executable && holds(`${root}/${pid}/fd`, sockets)) {
      return startOf(pid, root);
    }
  }
  return undefined;
}

/** `socket:[inode]` of each listener on the port, of either family. */
function listeningSockets(port: number, root: string): readonly string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return ['tcp', 'tcp6'].flatMap((family) =>
    procText(`${root}/net/${family}`)
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((columns) => columns[1]?.endsWith(suffix) === true && columns[3] === listening)
      .map((columns) => `socket:[${columns[9]}]`),
  );
}

function holds(directory: string, sockets: ReadonlySet<string>): boolean {
  return namesIn(directory).some((name) => sockets.has(linkIn(`${directory}/${name}`) ?? ''));
}

function startOf(pid: string, root: string): Date | undefined {
  // The second field is the program's name in brackets and may hold anything; counting starts behind it.
  const stat = procText(`${root}/${pid}/stat`);
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  const boot = Number(/^btime (\d+)$/m.exec(procText(`${root}/stat`))?.[1]);
  const seconds = boot + ticks / ticksPerSecond;
  return Number.isFinite(seconds) ? new Date(seconds * 1000) : undefined;
}
