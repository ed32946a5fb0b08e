import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { eventually } from './eventually.js';

/** The program as the test runner bundles it. */
export const agentMain = join(import.meta.dirname, '../../.tap-js/program/tidb-mtls-agent.mjs');

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

/** The built command as its user would start it. */
export const built: Program = { command: process.execPath, before: [agentMain] };

/** A program and the arguments that come before its own; `directory` is where it is started. */
export interface Program {
  readonly command: string;
  readonly before: readonly string[];
  readonly directory?: string;
}

/** Starts a program as its user would, the built command by default; no wish for colours is inherited. */
export function startAgent(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  { command, before, directory }: Program = built,
): RunningAgent {
  const { NO_COLOR, FORCE_COLOR, ...inherited } = process.env;
  const child = spawn(command, [...before, ...args], { cwd: directory, env: { ...inherited, ...env } });
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

/** Where a `run` serves, once it has probed every port. */
export async function readyAt(agent: RunningAgent): Promise<string> {
  await eventually('every port was probed', () => {
    if (agent.child.exitCode !== null) {
      throw new Error(agent.output());
    }
    return /every port was probed/.test(agent.output());
  });
  return /"address":"(https?:[^"]+)"/.exec(agent.output())?.[1] ?? '';
}

export function runAgent(...args: readonly string[]): Promise<Ended> {
  return startAgent(args).ended;
}
