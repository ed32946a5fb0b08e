import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Authority, type Issued } from '../certs-dev/authority.js';
import { lintFile } from '../cluster/lint/lint.js';
import { startAgent } from './agent.js';
import { writeCredentials } from './credentials.js';
import { writeSection } from './page.js';
import { ended, median } from './process.js';

/** From a file swap to the metric that tells of it; and how many configuration files are linted in a second. */
const swaps = 20;
const lintedFiles = 2_000;

const files = await writeCredentials();
const authority = await Authority.create();

type Swap = (issued: Issued) => void;

const ways: Readonly<Record<string, Swap>> = {
  'written in place, key first': ({ certificatePem, keyPem }) => {
    writeFileSync(files.clientKey, keyPem);
    writeFileSync(files.clientCert, certificatePem);
  },
  'renamed, key first': ({ certificatePem, keyPem }) => {
    writeFileSync(`${files.clientKey}.new`, keyPem);
    writeFileSync(`${files.clientCert}.new`, certificatePem);
    renameSync(`${files.clientKey}.new`, files.clientKey);
    renameSync(`${files.clientCert}.new`, files.clientCert);
  },
};

async function reactions(swap: Swap, metrics: () => Promise<string>): Promise<readonly number[]> {
  const fingerprint = async () =>
    /certificate_info\{component="agent"[^}]*fingerprint="(\w+)"/.exec(await metrics())?.[1];
  const times: number[] = [];
  for (let count = 0; count < swaps; count++) {
    const issued = await authority.issue({ commonName: 'client' });
    const before = await fingerprint();
    const start = performance.now();
    swap(issued);
    while ((await fingerprint()) === before) {
      await pause(5);
    }
    times.push(performance.now() - start);
  }
  return times;
}

function lintRate(): number {
  const directory = join(files.directory, 'lint');
  mkdirSync(directory);
  const text = `advertise-addr = "10.0.1.2:20160"\n[security]\nca-path = "${files.ca}"\ncert-path = "${files.cert}"\nkey-path = "${files.key}"\ncert-allowed-cn = ["tidb", "pd", "tikv"]\n`;
  const names = Array.from({ length: lintedFiles }, (_, index) => join(directory, `tikv-${index}.toml`));
  for (const name of names) {
    writeFileSync(name, text);
  }
  const start = performance.now();
  for (const name of names) {
    lintFile(name);
  }
  return lintedFiles / ((performance.now() - start) / 1000);
}

const agent = await startAgent(files, { node: process.execPath, component: 'tidb', ports: [1], interval: '15s' });
const rows: string[] = [];
for (const [way, swap] of Object.entries(ways)) {
  const times = await reactions(swap, agent.metrics);
  rows.push(`| ${way} | ${Math.round(median(times))} | ${Math.round(Math.max(...times))} |`);
}
await ended(agent.child, 'SIGTERM');
const linted = lintRate();
rmSync(files.directory, { recursive: true, force: true });
writeSection(
  'Reaction, and lint',
  `From a swap of the agent's own pair to the metric that has the new certificate, ${swaps} times each, by file events; without
them the sweep sees it within ten seconds. The next connection has the new pair by construction: it looks at the file itself.

| way | median, ms | worst, ms |
| --- | --- | --- |
${rows.join('\n')}

\`lint\` reads ${Math.round(linted)} configuration files of TiKV a second.
`,
);
