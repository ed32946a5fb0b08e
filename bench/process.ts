import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

/** The kernel counts process time in these. */
const ticksPerSecond = 100;

/** User and system time of a process, in seconds. */
export function cpuSeconds(pid = 0): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Memory a process holds now, or held at most, in kB. */
export function residentKilobytes(pid = 0, field: 'VmRSS' | 'VmHWM' = 'VmRSS'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
}

/** Starts a program on one core: what is measured on 0, the load on 1. */
export function onCore(core: 0 | 1, program: string, args: readonly string[]): ChildProcess {
  return spawn('taskset', ['-c', String(core), program, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
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

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
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
    child.kill(signal);
    await gone;
  }
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
