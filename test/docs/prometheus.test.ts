import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { recordings } from '../../generate/rules/catalogue.js';
import { clusterRecordings } from '../../generate/rules/recordings.js';
import { runCommand } from '../support/doc-commands.js';
import { readPage } from '../support/markdown.js';
import { linesToRun } from '../support/page-commands.js';
import { needs } from '../support/peers.js';
import { promtool } from '../support/promtool.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/prometheus.md'), 'utf8');

t.test(
  'every command of the page runs',
  { skip: promtool.skip || needs('/usr/bin/amtool', 'prometheus-alertmanager').skip },
  async (t) => {
    const directory = temporaryDirectory(t);
    cpSync(join(root, 'deploy'), join(directory, 'deploy'), { recursive: true });
    const commands = linesToRun(readPage('docs/prometheus.md'));
    t.equal(commands.length, 5);
    for (const command of commands) {
      const { status, output } = await runCommand(command, {}, directory);
      t.equal(status, 0, `${command}\n${output}`);
    }
    const rules = readFileSync(join(directory, 'deploy/tiup/tidb-mtls.rules.yml'), 'utf8');
    t.match(rules, 'runbook_url: https://wiki.example.com/tidb-mtls-runbook#endpoint_down\n');
    t.notMatch(rules, 'unpkg');
  },
);

t.test('every recording is on the page', async (t) => {
  for (const { record } of [...clusterRecordings, ...recordings]) {
    t.match(page, `\`${record}\``);
  }
});

t.test('the excerpts are what the example says', async (t) => {
  const example = readFileSync(join(root, 'deploy/prometheus/prometheus.yml'), 'utf8').replace(
    /^ *refresh_interval.*\n/m,
    '',
  );
  for (const [, block = ''] of page.matchAll(/^```yaml\n(.+?)\n```$/gms)) {
    const text = block.replace(/^scrape_configs:\n/, '');
    const commented = text.replaceAll(/^ {4}/gm, '#   ');
    t.ok(example.includes(text) || example.includes(commented), text);
  }
});
