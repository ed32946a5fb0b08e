import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Test } from 'tap';
import { eventually } from './eventually.js';
import { filesOf, server } from './proxy.js';
import { agentMain } from './run-agent.js';

export interface ProxyProcess {
  readonly child: ChildProcessWithoutNullStreams;
  readonly output: () => string;
  readonly port: () => Promise<number>;
}

/** The command as a process, by way of a shell line that may limit it first. */
export async function proxyProcess(
  t: Test,
  target: string,
  before = '',
  more: readonly string[] = [],
): Promise<ProxyProcess> {
  const { ca, cert, key } = filesOf(t, server);
  const flags = ['proxy', '--mode', 'terminate', '--listen', '127.0.0.1:0', '--target', target, '--allow-cn', 'friend'];
  const args = [agentMain, ...flags, '--cacert', ca, '--cert', cert, '--key', key, ...more];
  const child = spawn('/bin/sh', ['-c', `${before} exec "$@"`, 'sh', process.execPath, ...args]);
  t.teardown(() => child.kill('SIGKILL'));
  let output = '';
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const seen = () => Number(/"address":"127\.0\.0\.1:(\d+)"/.exec(output)?.[1]);
  return {
    child,
    output: () => output,
    port: async () => {
      await eventually('it listens', async () => {
        if (child.exitCode !== null) {
          throw new Error(`it ended with ${child.exitCode}: ${output}`);
        }
        return seen() > 0;
      });
      return seen();
    },
  };
}
