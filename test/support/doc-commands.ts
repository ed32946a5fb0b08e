import { spawn } from 'node:child_process';
import { agentMain } from './run-agent.js';

/** Runs a line of a shell as its reader would, `tidb-mtls-agent` being the one that was built. */
export function runCommand(
  command: string,
  environment: Readonly<Record<string, string>> = {},
  cwd = process.cwd(),
): Promise<{ readonly status: number | null; readonly output: string }> {
  const script = `set -eu\ntidb-mtls-agent() { ${process.execPath} ${agentMain} "$@"; }\n${command}\n`;
  const child = spawn('/bin/bash', ['-c', script], { cwd, env: { ...process.env, ...environment } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, output })));
}
