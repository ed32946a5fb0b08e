import { basename } from 'node:path';
import { commandLines, linkIn, namesIn, procBeginning, procText } from '../../cluster/sources/proc.js';

/** The unit of process times on Linux, on every architecture. */
const ticksPerSecond = 100;
const listening = '0A';

/**
 * The state of a connection that is neither listening nor, before Linux 4.4, half open. The kernel lists the listening
 * sockets first. All others are left unread: on a busy host they are thousands, and take tens of milliseconds.
 */
const othersFollow = /^ *\d+: \S+ \S+ (?!0A|03)[\dA-F]{2} /m;

/** The processes of this node; programs and listening sockets are read once per instance of this class. */
export class Processes {
  readonly #root: string;
  /** `socket:[inode]` of each listener of either family, by port. */
  #listeners: ReadonlyMap<number, readonly string[]> | undefined;
  #programs: ReturnType<typeof commandLines> | undefined;

  constructor(root = '/proc') {
    this.#root = root;
  }

  /**
   * When the process of this executable that listens on one of these ports started. Undefined where it is unknown: another
   * operating system, another user's process, another PID namespace.
   */
  startOf(executable: string, ports: readonly number[]): Date | undefined {
    this.#listeners ??= listenersIn(this.#root);
    const sockets = new Set(ports.flatMap((port) => this.#listeners?.get(port) ?? []));
    if (sockets.size === 0) {
      return undefined;
    }
    this.#programs ??= commandLines(this.#root);
    const found = this.#programs.find(
      ({ pid, args: [program = ''] }) => basename(program) === executable && holds(`${this.#root}/${pid}/fd`, sockets),
    );
    return found === undefined ? undefined : startOf(found.pid, this.#root);
  }
}

function listenersIn(root: string): ReadonlyMap<number, readonly string[]> {
  const listeners = new Map<number, string[]>();
  for (const family of ['tcp', 'tcp6']) {
    for (const line of procBeginning(`${root}/net/${family}`, (text) => othersFollow.test(text)).split('\n')) {
      const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
      if (state === listening) {
        const port = Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16);
        listeners.set(port, [...(listeners.get(port) ?? []), `socket:[${inode}]`]);
      }
    }
  }
  return listeners;
}

function holds(directory: string, sockets: ReadonlySet<string>): boolean {
  return namesIn(directory).some((name) => sockets.has(linkIn(`${directory}/${name}`) ?? ''));
}

function startOf(pid: string, root: string): Date | undefined {
  // The second field is the program's name in parentheses and may contain spaces; fields are counted after it.
  const stat = procText(`${root}/${pid}/stat`);
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  const boot = Number(/^btime (\d+)$/m.exec(procText(`${root}/stat`))?.[1]);
  // The kernel rounds the boot time down to a second. The later bound: files are written before a start, not right after it.
  const seconds = boot + 1 + ticks / ticksPerSecond;
  return Number.isFinite(seconds) ? new Date(seconds * 1000) : undefined;
}
