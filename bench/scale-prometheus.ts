import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { versionOf } from './nodes.js';
import type { Rendered } from './scale-registry.js';
import { short } from './short.js';

const program = '/usr/bin/prometheus';

/** What a real Prometheus makes of so many agents. */
export interface Ingest {
  readonly version: string;
  readonly agents: number;
  readonly series: number;
  readonly samplesPerSecond: number;
  readonly memoryPerSeries: number;
  /** Of one processor, by the samples it took. */
  readonly processorShare: number;
}

/** As many series as a small server has, however many agents that is. */
const seriesInAll = 100_000;
const interval = 5;
const settle = short ? 6_000 : 25_000;
const measured = short ? 10_000 : 40_000;

/** Serves what one agent shows as that of many agents to Prometheus, and reads its own metrics; undefined where it is not installed. */
export async function measureIngest({ text, series: ofAgent }: Rendered): Promise<Ingest | undefined> {
  if (!existsSync(program)) {
    return undefined;
  }
  const scraped = Math.max(1, Math.round(seriesInAll / ofAgent));
  const directory = mkdtempSync(join(tmpdir(), 'tidb-mtls-ingest-'));
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const free = createServer();
  await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
  const agent = (free.address() as AddressInfo).port;
  await new Promise((resolve) => free.close(resolve));
  const targets = Array.from({ length: scraped }, (_, agent) => ({
    targets: [`127.0.0.1:${port}`],
    labels: { agent: `agent-${agent}`, __metrics_path__: `/${agent}` },
  }));
  const job = { job_name: 'tidb-mtls-agent', honor_labels: true, static_configs: targets };
  const config = { global: { scrape_interval: `${interval}s`, scrape_timeout: `${interval}s` }, scrape_configs: [job] };
  writeFileSync(join(directory, 'prometheus.yml'), JSON.stringify(config));
  const child = spawn(program, [
    `--config.file=${join(directory, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    `--web.listen-address=127.0.0.1:${agent}`,
  ]);
  try {
    await pause(2_000);
    const idle = await metricsOf(agent);
    await pause(settle);
    const before = await metricsOf(agent);
    await pause(measured);
    const after = await metricsOf(agent);
    const samples =
      after('prometheus_tsdb_head_samples_appended_total') - before('prometheus_tsdb_head_samples_appended_total');
    const series = after('prometheus_tsdb_head_series');
    const resident = 'process_resident_memory_bytes';
    return {
      version: versionOf(program),
      agents: scraped,
      series,
      samplesPerSecond: samples / (measured / 1_000),
      memoryPerSeries: (after(resident) - idle(resident)) / series,
      processorShare: (after('process_cpu_seconds_total') - before('process_cpu_seconds_total')) / (measured / 1_000),
    };
  } finally {
    child.kill('SIGKILL');
    server.close();
    server.closeAllConnections();
    await new Promise((resolve) => child.once('close', resolve));
    rmSync(directory, { recursive: true, force: true });
  }
}

async function metricsOf(port: number): Promise<(name: string) => number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return (name) =>
    text
      .split('\n')
      .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
