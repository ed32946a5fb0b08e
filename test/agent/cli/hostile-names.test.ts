import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { visibleJson, visibleMetrics } from '../../../metrics/unprintable.js';
import { devCluster } from '../../support/dev-cluster.js';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/peers.js';
import { freePort, started } from '../../support/real-peer.js';
import { runAgent, startAgent } from '../../support/run-agent.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const promtool = '/usr/bin/promtool';
const prometheus = '/usr/bin/prometheus';

/** Markup, quotes, line breaks, a terminal's reverse video, text turned around, a byte that ends C strings; and long. */
const hostile = `"><script>alert(1)</script>'\\ \n\r\t\u001b[7m\u009b7m\u202eevil\u2066\u200b\u0000{x="y"} 1\n# HELP x ${'A'.repeat(16_000)}`;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not come out
const unprintable = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f]/;

/** The colours of our own table are no work of the peer. */
function uncoloured(output: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is how a colour begins
  return output.replace(/\u001b\[(?:3[0-9]|9[0-7])m/g, '');
}

t.test('what a certificate is called reaches no terminal, no markup and no series but its own', async (t) => {
  const cluster = await devCluster(t);
  const names = {
    dns: [
      'localhost',
      '"><script>alert(2)</script>',
      'a\n# TYPE x counter',
      '\u001b[7m',
      ...Array.from({ length: 2_000 }, (_, n) => `n${n}.example`),
    ],
    ip: ['127.0.0.1'],
  };
  const issued = await cluster.authority.issue({ commonName: hostile, organization: hostile, ...names });
  const { cert, key } = cluster.files('tidb');
  writeFileSync(key, issued.keyPem);
  writeFileSync(cert, issued.certificatePem);
  const history = join(temporaryDirectory(t), 'history.jsonl');
  writeFileSync(cluster.agentConfig, `${readFileSync(cluster.agentConfig, 'utf8')}\n[history]\nfile = "${history}"\n`);
  const agent = startAgent(['run', '--config', cluster.agentConfig, '--listen', '127.0.0.1:0', '--log-level', 'debug']);
  t.teardown(() => agent.child.kill('SIGKILL'));
  let url = '';
  await eventually('it has looked at everything', async () => {
    url = /"address":"(http:[^"]+)"/.exec(agent.output())?.[1] ?? '';
    return url !== '' && (await fetch(`${url}/-/ready`)).status === 200;
  });
  const get = async (path: string) => (await fetch(`${url}${path}`)).text();
  const again = await cluster.authority.issue({ commonName: hostile, ...names });
  writeFileSync(key, again.keyPem);
  writeFileSync(cert, again.certificatePem);
  await eventually('the rotation is in the history', async () => /script/.test(await get('/api/v1/events')));

  const target = `127.0.0.1:${cluster.port('tidb', 'status')}`;
  const exposed = { metrics: await get('/metrics'), probe: await get(`/probe?target=${target}&module=tidb_status`) };
  for (const [what, text] of Object.entries(exposed)) {
    t.notMatch(text, unprintable, `${what}: nothing unprintable`);
    t.match(text, /script\\*>alert/, `${what}: the name is there`);
    t.ok(text.length < 300_000, `${what}: ${text.length} characters`);
    t.ok(Math.max(...text.split('\n').map((line) => line.length)) < 4_000, `${what}: no endless line`);
  }
  t.test('promtool reads both', needs(promtool, 'prometheus'), async (t) => {
    for (const [what, input] of Object.entries(exposed)) {
      const { stdout, stderr } = spawnSync(promtool, ['check', 'metrics'], { input, encoding: 'utf8' });
      t.notMatch(`${stdout}${stderr}`, /error while linting|parse|invalid/, what);
    }
  });

  const page = await get('/');
  t.same(
    page.match(/<script[^>]*>/gi)?.map((tag) => /src="\/page\/refresh-\w+\.js"/.test(tag)),
    [true],
    'no script but its own',
  );
  t.match(page, /&lt;script\\*&gt;alert/, 'it is shown, as text');
  t.notMatch(page, unprintable);
  for (const path of ['/api/v1/findings', '/api/v1/events', '/api/v1/matrix', '/sd']) {
    const body = await get(path);
    t.notMatch(body, unprintable, path);
    t.ok(JSON.parse(body), path);
  }
  t.match(
    JSON.parse(await get('/api/v1/events'))
      .events.map(({ message }: { message: string }) => message)
      .join(),
    '\u202e',
    'JSON means what was said',
  );

  const check = await runAgent('check', '--config', cluster.agentConfig, '--all');
  t.notMatch(uncoloured(check.stdout), unprintable, 'the table');
  const json = await runAgent('check', '--config', cluster.agentConfig, '--all', '--json');
  t.notMatch(json.stdout, unprintable, 'check --json');
  t.ok(JSON.parse(json.stdout));
  for (const command of [
    ['certs', 'inspect', cert],
    ['check', '--config', cluster.agentConfig, '--matrix'],
  ]) {
    const { stdout } = await runAgent(...command);
    t.notMatch(uncoloured(stdout), unprintable, command.slice(0, 2).join(' '));
  }
  agent.child.kill('SIGTERM');
  const { stderr } = await agent.ended;
  t.notMatch(stderr, unprintable, 'the log');
  t.ok(
    stderr
      .trim()
      .split('\n')
      .every((line) => typeof JSON.parse(line) === 'object'),
    'is JSON, line by line',
  );
  const kept = readFileSync(history, 'utf8');
  t.match(kept, /script/);
  t.notMatch(kept, unprintable, 'the history file');
});

t.test('a request with such a path is logged as harmlessly', async (t) => {
  const cluster = await devCluster(t);
  const { get } = await import('node:http');
  const agent = startAgent(['run', '--config', cluster.agentConfig, '--listen', '127.0.0.1:0', '--log-level', 'debug']);
  t.teardown(() => agent.child.kill('SIGKILL'));
  await eventually('it serves', () => /serving status page/.test(agent.output()));
  const url = /"address":"(http:[^"]+)"/.exec(agent.output())?.[1] ?? '';
  const { port } = new URL(url);
  for (const path of [
    '/%1b[7m',
    '/\u009b7m',
    '/probe?target=%1b[7m%e2%80%ae&module=%1b[7m',
    '/probe?target=%1b&module=tls',
  ]) {
    const body = await new Promise<string>((resolve, reject) => {
      const request = get({ host: '127.0.0.1', port, path: '/' }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve(text));
      });
      // What a client of our own kind would not send.
      request.path = path;
      request.on('error', reject);
    });
    t.notMatch(body, unprintable, path);
  }
  t.notMatch(agent.output(), unprintable);
});

t.test('Prometheus takes the series with the name as it is shown', needs(prometheus, 'prometheus'), async (t) => {
  const { AgentMetrics } = await import('../../../metrics/agent-metrics.js');
  const { createServer } = await import('node:http');
  const { listening } = await import('../../support/listening.js');
  const { inventoryOf } = await import('../../support/observations.js');
  const metrics = new AgentMetrics();
  metrics.setInventory(inventoryOf(hostile.slice(0, 60)));
  const server = createServer(async (_request, response) => response.end(await metrics.render()));
  const target = `127.0.0.1:${await listening(t, server)}`;
  const directory = temporaryDirectory(t);
  mkdirSync(join(directory, 'data'));
  const job = { job_name: 'a', honor_labels: true, static_configs: [{ targets: [target] }] };
  writeFileSync(
    join(directory, 'prometheus.yml'),
    JSON.stringify({ global: { scrape_interval: '5s', scrape_timeout: '5s' }, scrape_configs: [job] }),
  );
  const port = await freePort();
  const flags = [
    `--config.file=${join(directory, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
  ];
  await started(t, prometheus, [...flags, `--web.listen-address=127.0.0.1:${port}`], /Server is ready to receive/);
  let instances: readonly string[] = [];
  await eventually('the label is there', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/label/instance/values`);
    instances = ((await response.json()) as { data: readonly string[] }).data;
    return instances.some((one) => one.includes('script'));
  });
  t.match(instances.join(' '), '\\u001b[7m\\u009b7m\\u202eevil', 'control characters are written out');
  t.equal(instances.filter((one) => one !== target).length, 1, 'one series, one name');
});

t.test('escaping changes what is seen and not what is meant', async (t) => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
      const document = JSON.stringify({ value, text, hostile });
      const shown = visibleJson(document);
      return !unprintable.test(shown) && JSON.stringify(JSON.parse(shown)) === JSON.stringify(JSON.parse(document));
    }),
  );
  t.equal(visibleMetrics('a{b="\u202e\\"\\n"} 1\n'), 'a{b="\\\\u202e\\"\\n"} 1\n');
});
