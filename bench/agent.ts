import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ComponentName } from '../cluster/components/profile.js';
import type { BenchFiles } from './credentials.js';
import { freePort, listening, onCore } from './process.js';

export interface AgentUnderLoad {
  readonly child: ChildProcess;
  readonly url: string;
  /** Milliseconds from the start of the process until it serves. */
  readonly serves: number;
  /** The text of /metrics. */
  metrics(): Promise<string>;
  /** Milliseconds that a reader of /metrics waits for the last byte, which does nothing with them. */
  scrape(): Promise<number>;
  /** Resolves after the first result on every port; the milliseconds since the start of the process. */
  ready(): Promise<number>;
}

export interface AgentOptions {
  /** The program that runs it. */
  readonly node: string;
  readonly component: ComponentName;
  readonly ports: readonly number[];
  readonly interval: string;
  readonly negativeInterval?: string;
  /** What each instance says besides, by its place: its files, where they are on this node. */
  readonly instance?: (index: number) => string;
  /** More of agent.toml. */
  readonly more?: string;
  /** A program and its arguments that become the agent. */
  readonly before?: readonly string[];
  readonly core?: 0 | 1;
  /** What becomes of its errors, where they are meant. */
  readonly log?: 'inherit' | 'ignore';
}

/** The agent over so many ports, one instance each, as `run` has it. */
export async function startAgent(files: BenchFiles, options: AgentOptions): Promise<AgentUnderLoad> {
  const port = await freePort();
  const config = writeConfig(files, options);
  const { node, before = [], core = 0, log } = options;
  const [program = '', ...args] = [...before, node, main, 'run', '--config', config];
  const start = performance.now();
  const child = onCore(core, program, [...args, '--listen', `127.0.0.1:${port}`, '--log-level', 'error'], log);
  child.stdout?.resume();
  await listening(port, child);
  const serves = performance.now() - start;
  const url = `http://127.0.0.1:${port}`;
  return {
    child,
    url,
    serves,
    metrics: async () => (await fetch(`${url}/metrics`)).text(),
    scrape: () => scrapeOf(`${url}/metrics`),
    ready: async () => {
      while (!(await fetch(`${url}/-/ready`)).ok) {
        await pause(10);
      }
      return performance.now() - start;
    },
  };
}

function scrapeOf(url: string): Promise<number> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    get(url, (response) => {
      response.on('error', reject).on('end', () => resolve(performance.now() - start));
      response.resume();
    }).on('error', reject);
  });
}

export const main = join(import.meta.dirname, '../dist/agent/cli/main.js');

/** For `before`: as the unit and the image start it, with less room for young objects and free blocks. */
export function asDeployed(): readonly string[] {
  const unit = readFileSync(join(import.meta.dirname, '../deploy/systemd/tidb-mtls-agent.service'), 'utf8');
  const environment = /^Environment=(.*NODE_OPTIONS.*)$/m.exec(unit)?.[1];
  if (environment === undefined) {
    throw new TypeError('the unit sets no NODE_OPTIONS');
  }
  return ['env', ...environment.split(' ')];
}

/** Writes agent.toml into a folder of its own. */
export function writeConfig(files: BenchFiles, options: Omit<AgentOptions, 'node'>): string {
  const { component, ports, interval, negativeInterval = 'off', instance = () => '', more = '' } = options;
  const security = `[security]\nca-path = "${files.ca}"\ncert-path = "${files.clientCert}"\nkey-path = "${files.clientKey}"\n`;
  const probe = `[probe]\ninterval = "${interval}"\nnegative-interval = "${negativeInterval}"\n`;
  const instances = ports.map(
    (port, index) => `[[instance]]\ncomponent = "${component}"\naddress = "127.0.0.1:${port}"\n${instance(index)}`,
  );
  const config = join(mkdtempSync(join(files.directory, 'agent-')), 'agent.toml');
  writeFileSync(config, ['scope = "cluster"\n', security, probe, ...instances, more].join('\n'));
  return config;
}

/** The sum of a counter over all its series. */
export function sumOf(metrics: string, name: string): number {
  return [...metrics.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))].reduce(
    (sum, [, value]) => sum + Number(value),
    0,
  );
}
