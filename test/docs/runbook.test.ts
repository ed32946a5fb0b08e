import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { alerts } from '../../generate/rules/catalogue.js';
import { renderRules, runbookBase } from '../../generate/rules/render.js';
import { devCluster } from '../support/dev-cluster.js';
import { runCommand } from '../support/doc-commands.js';
import { readPage } from '../support/markdown.js';
import { linesToRun } from '../support/page-commands.js';
import { needs } from '../support/peers.js';
import { servedAgent } from '../support/served-agent.js';

const root = join(import.meta.dirname, '../..');
const runbook = readFileSync(join(root, 'docs/runbook.md'), 'utf8');
const sections = runbook.split(/^### /m).slice(1);
const nameOf = (section: string) => section.slice(0, section.indexOf('\n'));

t.test('each alert has its section and each section its alert, in one order', async (t) => {
  t.strictSame(
    sections.map(nameOf),
    alerts.map(({ name }) => name),
  );
});

t.test('each section says what is wrong, how to see it and what to do', async (t) => {
  for (const section of sections) {
    t.match(
      section,
      /^\*\*What is wrong\.\*\* .+^\*\*See it\.\*\*\n\n```sh\n.+\n```\n\n\*\*Do\.\*\* /ms,
      nameOf(section),
    );
  }
});

t.test('each alert links to its section, and links between sections lead somewhere', async (t) => {
  for (const { name } of alerts) {
    t.match(renderRules(), `runbook_url: ${runbookBase}#${name}\n`, name);
  }
  const anchors = new Set(sections.map(nameOf));
  for (const [, anchor] of runbook.matchAll(/\]\(#([^)]+)\)/g)) {
    t.ok(anchors.has(anchor ?? ''), `#${anchor}`);
  }
});

t.test(
  'every command of the runbook runs on a healthy cluster, and prints no key',
  needs('/usr/bin/openssl', 'openssl'),
  async (t) => {
    const cluster = await devCluster(t);
    const served = await servedAgent(t, cluster, { probe: { interval: 60_000, negativeInterval: undefined } });
    const { ca, cert, key } = cluster.files('tidb');
    const caller = cluster.files('pd');
    const environment = {
      CONFIG: cluster.agentConfig,
      AGENT: served.url,
      CA: ca,
      CERT: cert,
      KEY: key,
      PORT: `127.0.0.1:${cluster.port('tidb', 'status')}`,
      CALLER_CERT: caller.cert,
      CALLER_KEY: caller.key,
    };
    const commands = linesToRun(readPage('docs/runbook.md'));
    t.ok(commands.length > 20);
    for (const command of commands) {
      const { status, output } = await runCommand(command, environment);
      t.equal(status, 0, `${command}\n${output.slice(0, 2_000)}`);
      t.ok(output.trim().length > 0, `${command}: shows something`);
      t.notMatch(output, /PRIVATE KEY|unbound variable|[Uu]nknown option|command not found/, command);
    }
  },
);
