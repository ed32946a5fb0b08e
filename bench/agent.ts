import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ComponentName } from '../cluster/profile.js';
import type { BenchFiles } from './credentials.js';
import { freePort, listening, onCore } from './process.js';

export interface AgentUnderLoad {
  readonly child: ChildProcess;
  /** The text of /metrics. */
  metrics(): Promise<string>;
}

/** The agent over so many ports, one instance each, as `run` has it; `node` is the program that runs it. */
export async function startAgent(
  files: BenchFiles,
  options: {
    readonly node: string;
    readonly component: ComponentName;
    readonly ports: readonly number[];
    readonly interval: string;
    readonly refusals?: string;
  },
): Promise<AgentUnderLoad> {
  const { component, ports, interval, refusals = 'off' } = options;
  const config = join(files.directory, 'agent.toml');
  const security = `[security]\nca-path = "ca.crt"\ncert-path = "client.crt"\nkey-path = "client.key"\n`;
  const probe = `[probe]\ninterval = "${interval}"\nrefusals = "${refusals}"\n`;
  const instances = ports.map((port) => `[[instance]]\ncomponent = "${component}"\naddress = "127.0.0.1:${port}"\n`);
  writeFileSync(config, ['scope = "cluster"\n', security, probe, ...instances].join('\n'));
  const port = await freePort();
  const main = join(import.meta.dirname, '../dist/agent/main.js');
  const child = onCore(0, options.node, [
    main,
    ...['run', '--config', config, '--listen', `127.0.0.1:${port}`, '--log-level', 'error'],
  ]);
  child.stdout?.resume();
  await listening(port, child);
  const url = `http://127.0.0.1:${port}`;
  return { child, metrics: async () => (await fetch(`${url}/metrics`)).text() };
}

/** The sum of a counter over all its series. */
export function sumOf(metrics: string, name: string): number {
  return [...metrics.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))].reduce(
    (sum, [, value]) => sum + Number(value),
    0,
  );
}
