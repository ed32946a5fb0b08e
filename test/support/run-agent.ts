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

/** Starts the built command as its user would; no wish for colours is inherited. */
export function startAgent(args: readonly string[], env: NodeJS.ProcessEnv = {}): RunningAgent {
  const { NO_COLOR, FORCE_COLOR, ...inherited } = process.env;
  const child = spawn(process.execPath, [agentMain, ...args], { env: { ...inherited, ...env } });
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
