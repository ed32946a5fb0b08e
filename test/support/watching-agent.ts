import { spawn } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import type { Test } from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import type { CredentialPaths } from '../../credentials/paths.js';
import { eventually } from './eventually.js';
import { listening } from './listening.js';
import { agentMain } from './run-agent.js';
import { temporaryDirectory } from './temporary-directory.js';

export const authority = await Authority.create();
export const pair = await authority.issue({ commonName: 'peer', dns: ['localhost'], ip: ['127.0.0.1'] });
export const keys = { cert: pair.certificatePem, key: pair.keyPem };

/** A TiDB status port that wants a certificate, and answers after so many milliseconds. */
export function statusPort(t: Pick<Test, 'teardown'>, { delay = 0 } = {}): Promise<number> {
  const trust = { ca: authority.certificatePem, requestCert: true, rejectUnauthorized: true };
  const answer = JSON.stringify({ connections: 0, version: '8.0.11-TiDB-v8.5.0', git_hash: 'f00d' });
  const server = createServer({ ...keys, ...trust }, (_request, response) =>
    setTimeout(() => response.end(answer), delay),
  );
  return listening(t, server);
}

export interface WatchingAgent {
  readonly pid: number;
  readonly files: CredentialPaths;
  readonly directory: string;
  output(): string;
  url(): string;
  metrics(): Promise<string>;
  /** The value of the first series with this beginning and these labels in it; NaN where there is none. */
  metric(name: string, ...labels: readonly string[]): Promise<number>;
  findings(): Promise<readonly { check: string; status: string; message: string; instance: string }[]>;
  /** Most memory it has held, in MiB. */
  peak(): number;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<{ readonly status: number | null; readonly signal: NodeJS.Signals | null }>;
}

export interface WatchingOptions {
  /** Lines of agent.toml besides [security], [web] and a rhythm of half a second. */
  readonly toml: string;
  /** Shell words before the command that end in its execution: `ulimit -n 60; exec`, `exec setpriv …`. */
  readonly before?: string;
  readonly probe?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** Where its log goes instead of a pipe. */
  readonly log?: string;
  /** Resolves once it serves and has probed every port, unless `wait` is off. */
  readonly wait?: boolean;
}

export function instanceAt(port: number | string, component = 'tidb', host = '127.0.0.1'): string {
  return `[[instance]]\ncomponent = "${component}"\naddress = "${host}:${port}"\n`;
}

/** The built command `run` as a process of its own, watching what the test names. It is killed with the test. */
export async function watchingAgent(t: Test, options: WatchingOptions): Promise<WatchingAgent> {
  const directory = temporaryDirectory(t);
  // It may run as another user.
  chmodSync(directory, 0o777);
  const at = (name: string) => join(directory, name);
  const files = { ca: at('ca.crt'), cert: at('agent.crt'), key: at('agent.pem') };
  writeFileSync(files.ca, authority.certificatePem);
  writeFileSync(files.cert, pair.certificatePem);
  writeFileSync(files.key, pair.keyPem);
  const probe = options.probe ?? 'interval = "500ms"\ntimeout = "20s"\nnegative-interval = "off"';
  const security = '[security]\nca-path = "ca.crt"\ncert-path = "agent.crt"\nkey-path = "agent.pem"';
  const config = at('agent.toml');
  const scope = 'scope = "cluster"';
  writeFileSync(config, `${scope}\n${security}\n[web]\nlisten = "127.0.0.1:0"\n[probe]\n${probe}\n${options.toml}\n`);
  const command = [process.execPath, ...(options.args ?? []), agentMain, 'run', '--config', config];
  const redirected = options.log === undefined ? '' : `exec 2>${options.log};`;
  // What the test runner adds to every Node would write where another user may not.
  const unwatched = 'unset NODE_OPTIONS;';
  const child = spawn(
    '/bin/sh',
    ['-c', `${redirected} ${unwatched} ${options.before ?? 'exec'} "$@"`, 'sh', ...command],
    {
      env: { ...process.env, ...options.env },
      cwd: directory,
    },
  );
  t.teardown(() => child.kill('SIGKILL'));
  if (options.log !== undefined) {
    writeFileSync(options.log, '');
  }
  let piped = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      piped += chunk;
    });
  }
  const output = () => (options.log === undefined ? piped : readFileSync(options.log, 'utf8'));
  const ended = new Promise<{ status: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once('close', (status, signal) => resolve({ status, signal })),
  );
  const url = () => /"address":"(http[^"]+)"[^}]*"msg":"serving status page/.exec(output())?.[1] ?? '';
  if (options.wait !== false) {
    await eventually('it serves', () => url() !== '' || child.exitCode !== null);
    if (url() === '') {
      throw new Error(`it ended with ${child.exitCode}: ${output()}`);
    }
  }
  if (options.wait !== false) {
    await eventually('it is ready', async () => (await fetch(`${url()}/-/ready`)).ok);
  }
  const get = async (path: string) => await (await fetch(`${url()}${path}`)).text();
  return {
    pid: child.pid ?? 0,
    files,
    directory,
    output,
    url,
    metrics: () => get('/metrics'),
    metric: async (name, ...labels) => {
      const lines = (await get('/metrics')).split('\n').filter((line) => line.startsWith(name));
      const line = lines.find((one) => labels.every((label) => one.includes(label)));
      return line === undefined ? Number.NaN : Number(line.slice(line.lastIndexOf(' ') + 1));
    },
    findings: async () => JSON.parse(await get('/api/v1/findings')).findings,
    peak: () => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024,
    kill: (signal) => child.kill(signal),
    ended,
  };
}

/** The port is asked on, and never called anything but accepting. */
export async function goesOnAsking(agent: WatchingAgent): Promise<void> {
  const accepted = () => agent.metric('tidb_mtls_probes_total', 'identity="agent"', 'outcome="accepted"');
  const before = await accepted();
  await eventually('it goes on asking', async () => (await accepted()) > before + 1);
}

export async function endsWell(t: Test, agent: WatchingAgent): Promise<void> {
  agent.kill('SIGTERM');
  t.strictSame(await agent.ended, { status: 0, signal: null }, agent.output().slice(-1_500));
}
