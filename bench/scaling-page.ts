import { readFileSync, writeFileSync } from 'node:fs';
import { defaultProbe } from '../agent/config.js';
import type { Ingest } from './scale-prometheus.js';
import type { Figures } from './scale-simulation.js';

const page = new URL('../docs/scaling.md', import.meta.url);
const [begin, end] = ['<!-- figures: npm run scale -->', '<!-- end of figures -->'];
const scrapeInterval = 15;

type Kinds = Figures['kinds'];

/** Writes the figures between the marks of docs/scaling.md. */
export function writeFigures(
  agents: number,
  figures: readonly Figures[],
  refusals: Kinds,
  ingest: Ingest | undefined,
): void {
  const text = [
    `### ${count(agents)} agents, ${count(3 * agents)} instances`,
    `A TiDB and two TiKV on each node, on five of them a PD in place of one TiKV. Probes every ${defaultProbe.interval / 1000} seconds, strangers every ${(defaultProbe.refusals ?? 0) / 60_000} minutes, scope \`node\`. The schedule, scope and identities are the agent's own code under a virtual clock.`,
    '#### One port, per hour',
    refusalTable(refusals),
    ...figures.map(({ variant, kinds }) => `Probes, ${variant}:\n\n${probeTable(kinds)}`),
    '#### One agent, and Prometheus',
    agentTable(agents, figures),
    ingest === undefined
      ? 'Prometheus was not installed where this was run.'
      : `Measured with Prometheus on ${ingest.agents} agents that know the files of their node: ${count(ingest.series)} series, ${count(ingest.samplesPerSecond)} samples a second taken with ${(100 * ingest.processorShare).toFixed(0)} % of one processor and ${(ingest.memoryPerSeries / 1024).toFixed(1)} KiB of memory per series.`,
  ].join('\n\n');
  const before = readFileSync(page, 'utf8');
  const [head, rest = ''] = before.split(begin);
  const [, tail = ''] = rest.split(end);
  writeFileSync(page, `${head}${begin}\n\n${text}\n\n${end}${tail}`);
}

function refusalTable(kinds: Kinds): string {
  const rows = [...kinds].map(
    ([kind, { mean, most }]) =>
      `| ${kind} | ${count(mean.visits)} | ${count(mean.handshakes)} | ${count(most.handshakes)} |`,
  );
  return `Strangers, whatever the agents know of the cluster:\n\n| port | visits | connections | the busiest port |\n| --- | --: | --: | --: |\n${rows.join('\n')}`;
}

function probeTable(kinds: Kinds): string {
  const rows = [...kinds].map(
    ([kind, { mean, most, unvisited }]) =>
      `| ${kind} | ${count(mean.visits)} | ${count(mean.handshakes)} | ${count(most.handshakes)} | ${(mean.handshakes / 3600).toFixed(1)} | ${unvisited} |`,
  );
  return `| port | visits | handshakes | the busiest port | handshakes a second | ports nobody visits |\n| --- | --: | --: | --: | --: | --: |\n${rows.join('\n')}`;
}

function agentTable(agents: number, figures: readonly Figures[]): string {
  const rows = figures.map(({ variant, ports, handshakesPerAgent, rendered }) => {
    const total = rendered.series * agents;
    return `| ${variant} | ${ports} | ${(handshakesPerAgent / 3600).toFixed(1)} | ${count(rendered.series)} | ${count(rendered.text.length / 1024)} KiB | ${count(total)} | ${count(total / scrapeInterval)} | ${count((rendered.text.length * agents) / scrapeInterval / 1024 / 1024)} MiB |`;
  });
  return `| agents know | ports | handshakes a second | series | scrape | series of all agents | samples a second at ${scrapeInterval} s | traffic a second |\n| --- | --: | --: | --: | --: | --: | --: | --: |\n${rows.join('\n')}`;
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en-GB').replaceAll(',', ' ');
}
