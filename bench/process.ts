import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { listenOnSteadyPort } from '../devcluster/steady-port.js';

/** The kernel counts process time in these. */
const ticksPerSecond = 100;

/** A process and those that it started, where the work is theirs. */
function familyOf(pid = 0): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ');
  return [pid, ...children.filter((child) => child !== '').flatMap((child) => familyOf(Number(child)))];
}

/** User and system time of a process and its children, in seconds. */
export function cpuSeconds(pid = 0): number {
  const ticks = familyOf(pid).map((member) => {
    const stat = readFileSync(`/proc/${member}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((sum, one) => sum + one, 0) / ticksPerSecond;
}

/** Memory that a process and its children hold now, in kB. */
export function residentKilobytes(pid = 0): number {
  const resident = familyOf(pid).map((member) =>
    Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${member}/status`, 'latin1'))?.[1]),
  );
  return resident.reduce((sum, one) => sum + one, 0);
}

/** Starts a program on one core: what is measured on 0, the load on 1. */
export function onCore(
  core: 0 | 1,
  program: string,
  args: readonly string[],
  errors: 'inherit' | 'ignore' = 'inherit',
): ChildProcess {
  return endingWithUs(spawn('taskset', ['-c', String(core), program, ...args], { stdio: ['pipe', 'pipe', errors] }));
}

const alive = new Set<ChildProcess>();
process.once('exit', () => {
  for (const { pid } of alive) {
    try {
      for (const member of pid === undefined ? [] : familyOf(pid)) {
        process.kill(member, 'SIGKILL');
      }
    } catch (error: unknown) {
      // It ended by itself meanwhile; the others are still to be ended.
      process.stderr.write(`${String(error)}\n`);
    }
  }
});

/** A run that fails leaves nothing behind that would be measured by the next one. */
export function endingWithUs(child: ChildProcess): ChildProcess {
  alive.add(child);
  child.once('exit', () => alive.delete(child));
  return child;
}

/** A script of this folder, run by tsx. */
export function script(core: 0 | 1, name: string, args: readonly string[], node = process.execPath): ChildProcess {
  return onCore(core, node, ['--import', 'tsx', `${import.meta.dirname}/${name}`, ...args]);
}

/** The JSON documents that a process prints, one a line. */
export function documentsOf<T>({ stdout }: ChildProcess): () => Promise<T> {
  if (stdout === null) {
    throw new TypeError('the process has no standard output');
  }
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  return async () => JSON.parse((await lines.next()).value ?? '{}') as T;
}

/** A port that the kernel gives to no other process until a program that is about to start has it. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnSteadyPort(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Resolves when something listens; rejects after 20 s, or when the process has ended. */
export async function listening(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 400 && child.exitCode === null; attempt++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (open) {
      return;
    }
    await pause(50);
  }
  throw new Error(`nothing listens on ${port}`);
}

export async function ended(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  if (child.exitCode === null && child.signalCode === null) {
    for (const member of familyOf(child.pid)) {
      process.kill(member, signal);
    }
    await gone;
  }
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
