import { readFileSync, writeFileSync } from 'node:fs';
import { defaults } from '../agent/config/load.js';
import { circumstances, table } from './page.js';
import type { Figures, Kinds, Sample } from './scale-figures.js';
import { short } from './short.js';

const page = new URL('../docs/scaling.md', import.meta.url);
const [begin, end] = ['<!-- figures: npm run scale -->', '<!-- end of figures -->'];
const scrapeInterval = 15;

export interface Simulated {
  readonly agents: number;
  readonly figures: readonly Figures[];
  readonly unauthorizedClients: Kinds;
  readonly sample: Sample;
}

/** Writes the figures between the marks of docs/scaling.md, and prints them. */
export function writeFigures({ agents, figures, unauthorizedClients, sample }: Simulated): void {
  const text = [
    `### ${count(agents)} agents, ${count(3 * agents)} instances`,
    `A TiDB and two TiKV on each node, on five of them a PD in place of one TiKV. Probes every ${defaults.probe.interval / 1000} seconds, negative probes every ${(defaults.probe.negativeInterval ?? 0) / 60_000} minutes, scope \`node\`. Scope, identities and schedule are the agent's own code: an hour of all agents' negative probes under a virtual clock; of the probes, which ports each of the ${count(agents)} agents calls and with how many certificates, times ${3_600_000 / defaults.probe.interval} an hour. Where an agent keeps up that is exact in the mean; ${sample.agents} agents of \`peers = ${defaults.probe.peers}\` under the virtual clock came to each of their ports ${sample.mean.toFixed(1)} times in an hour (${sample.least} to ${sample.most}).`,
    '#### One port, per hour',
    `Negative probes, whatever the agents know about the cluster:\n\n${unauthorizedClientTable(unauthorizedClients)}`,
    ...figures.map(({ variant, kinds }) => `Probes, ${variant}:\n\n${probeTable(kinds)}`),
    '#### One agent, and Prometheus',
    agentTable(agents, figures),
    ...ingestTable(figures),
    `*${circumstances()}*`,
  ].join('\n\n');
  process.stdout.write(`${text}\n`);
  if (short) {
    return;
  }
  const before = readFileSync(page, 'utf8');
  const [head, rest = ''] = before.split(begin);
  const [, tail = ''] = rest.split(end);
  writeFileSync(page, `${head}${begin}\n\n${text}\n\n${end}${tail}`);
}

function unauthorizedClientTable(kinds: Kinds): string {
  return table(
    ['port', 'negativeProbes', 'connections', 'the busiest port'],
    [...kinds].map(([kind, { mean, most }]) => [
      kind,
      ...[mean.negativeProbes, mean.connections, most.connections].map((value) => count(value)),
    ]),
  );
}

function probeTable(kinds: Kinds): string {
  return table(
    [
      'port',
      'negativeProbes',
      'handshakes',
      'the busiest port',
      'handshakes a second',
      'called from their own node alone',
    ],
    [...kinds].map(([kind, { mean, most, alone }]) => [
      kind,
      ...[mean.negativeProbes, mean.connections, most.connections].map((value) => count(value)),
      ...[(mean.connections / 3600).toFixed(1), count(alone)],
    ]),
  );
}

function agentTable(agents: number, figures: readonly Figures[]): string {
  return table(
    [
      ...['agents know', 'ports', 'handshakes a second', 'series', 'scrape', 'series of all agents'],
      ...[`samples a second at ${scrapeInterval} s`, 'traffic a second'],
    ],
    figures.map(({ variant, ports, handshakesOfAgent, rendered }) => {
      const total = rendered.series * agents;
      const bytes = rendered.text.length * agents;
      return [
        ...[variant, count(ports), (handshakesOfAgent / 3600).toFixed(1), count(rendered.series)],
        ...[`${count(rendered.text.length / 1024)} KiB`, count(total), count(total / scrapeInterval)],
        `${count(bytes / scrapeInterval / 2 ** 20)} MiB`,
      ];
    }),
  );
}

/** What a real Prometheus took of as many agents as fill it alike, and what that makes for all. */
function ingestTable(figures: readonly Figures[]): readonly string[] {
  const rows = figures.flatMap(({ variant, ingest }) =>
    ingest === undefined
      ? []
      : [
          [
            ...[variant, ingest.agents, count(ingest.series), count(ingest.samplesPerSecond)],
            ...[(100 * ingest.processorShare).toFixed(0), (ingest.memoryPerSeries / 1024).toFixed(1)],
            ((1e6 * ingest.processorShare) / ingest.samplesPerSecond).toFixed(2),
          ],
        ],
  );
  const [version] = figures.flatMap(({ ingest }) => (ingest === undefined ? [] : [ingest.version]));
  return version === undefined
    ? ['Prometheus was not installed where this was run.']
    : [
        `Prometheus ${version}, scraping so many agents every 5 s; what it takes per series and per sample holds for more of them:`,
        table(
          [
            ...['agents know', 'agents', 'series', 'samples a second', '% of a processor', 'KiB per series'],
            'µs per sample',
          ],
          rows,
        ),
      ];
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en-GB').replaceAll(',', ' ');
}
