import { spawn } from 'node:child_process';
import { needs } from './peers.js';
import { agentMain, type RunningAgent } from './run-agent.js';

const program = '/usr/bin/script';

/** Options of a tap test that runs the agent on a screen. */
export const screen = needs(program, 'bsdutils');

export interface ScreenOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts the built command in a pseudo-terminal of its own; both of its streams are the screen. */
export function startOnScreen(
  args: readonly string[],
  { columns = 80, rows = 24, env = {} }: ScreenOptions = {},
): RunningAgent {
  const quoted = [process.execPath, agentMain, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const { NO_COLOR, FORCE_COLOR, ...inherited } = process.env;
  const child = spawn(program, ['-qefc', `stty cols ${columns} rows ${rows}; exec ${quoted}`, '/dev/null'], {
    env: { ...inherited, TERM: 'xterm-256color', ...env },
  });
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  const ended = new Promise<Awaited<RunningAgent['ended']>>((resolve) =>
    child.on('close', (status, signal) => resolve({ status, signal, stdout, stderr: '' })),
  );
  return { child, output: () => stdout, ended };
}

/** What a person reads: no colours, no moving about, one kind of line end. */
export function readable(output: string): string {
  return visible(output)
    .replace(/␛\[[0-9;]*[A-Za-z]/g, '')
    .replaceAll('\r\n', '\n');
}

/** With the escape character as one that can be read. */
export function visible(output: string): string {
  return output.replaceAll('\u001b', '␛');
}
