import { spawn } from 'node:child_process';
import { join } from 'node:path';

const agent = join(import.meta.dirname, '../../dist/agent/main.js');

/** Every command in a page's `sh` blocks, each once; a line that ends in a pipe or a backslash goes on. */
export function commandsOf(page: string): readonly string[] {
  const blocks = [...page.matchAll(/^```sh\n(.+?)\n```$/gms)];
  return [...new Set(blocks.flatMap(([, block = '']) => block.split(/(?<![|\\])\n/)))];
}

/** Runs one as its reader would, `tidb-mtls-agent` being the one that was built. */
export function runCommand(
  command: string,
  environment: Readonly<Record<string, string>> = {},
  cwd = process.cwd(),
): Promise<{ readonly status: number | null; readonly output: string }> {
  const script = `set -eu\ntidb-mtls-agent() { ${process.execPath} ${agent} "$@"; }\n${command}\n`;
  const child = spawn('/bin/bash', ['-c', script], { cwd, env: { ...process.env, ...environment } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, output })));
}
