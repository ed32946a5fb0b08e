import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

export const agentMain = join(import.meta.dirname, '../../dist/agent/main.js');

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningAgent {
  readonly child: ChildProcess;
  /** Everything printed so far, both streams. */
  output(): string;
  readonly ended: Promise<Ended>;
}

/** Starts the built command as its user would. */
export function startAgent(args: readonly string[], env: NodeJS.ProcessEnv = process.env): RunningAgent {
  const child = spawn(process.execPath, [agentMain, ...args], { env });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (status, signal) => resolve({ status, signal, stdout, stderr })),
  );
  return { child, output: () => stdout + stderr, ended };
}

export function runAgent(...args: readonly string[]): Promise<Ended> {
  return startAgent(args).ended;
}
