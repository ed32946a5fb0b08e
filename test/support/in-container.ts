import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

/** Output of a program; rejects with what it printed. The cluster in this process goes on meanwhile. */
export async function run(program: string, ...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(program, [...args])).stdout;
}

/** A property of a unit, as `systemctl show` has it. */
export async function property(unit: string, name: string): Promise<string> {
  return (await run('systemctl', 'show', '--value', `--property=${name}`, unit)).trim();
}

/** Waits until it holds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const started = Date.now(); Date.now() - started < 120_000; await sleep(100)) {
    if (await holds()) {
      return;
    }
  }
  throw new Error(`waited in vain: ${what}`);
}

/** What the kernel says a process may do. */
export function restrictionsOf(pid: string) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string) => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status)?.[1];
  const mounts = readFileSync(`/proc/${pid}/mountinfo`, 'utf8').split('\n');
  return {
    user: field('Uid'),
    effective: field('CapEff'),
    bounding: field('CapBnd'),
    noNewPrivileges: field('NoNewPrivs'),
    seccomp: field('Seccomp'),
    // The last mount of the root counts.
    root: mounts
      .filter((line) => line.split(' ')[4] === '/')
      .at(-1)
      ?.split(' ')[5]
      ?.split(',')[0],
  };
}
