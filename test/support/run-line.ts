import { spawn } from 'node:child_process';
import { programName } from '../../agent/commands/command.js';
import { agentMain } from './run-agent.js';

/** Runs a line of a shell as its reader would, the program being the one that was built. */
export function runLine(
  line: string,
  directory: string,
): Promise<{ readonly status: number | null; readonly output: string }> {
  const script = `set -eu\n${programName}() { ${process.execPath} ${agentMain} "$@"; }\n${line}\n`;
  const child = spawn('/bin/bash', ['-c', script], { cwd: directory });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, output })));
}
