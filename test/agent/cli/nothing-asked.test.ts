import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { devCluster } from '../../support/dev-cluster.js';
import { runAgent } from '../../support/run-agent.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

/** A component whose port nothing listens on: a file alone, and no certificate to probe it with. */
const component = '[server]\naddr = "127.0.0.1:1"\n';

t.test('a check that asked nothing, or left out the main question, never exits with 0', async (t) => {
  const cluster = await devCluster(t);
  const directory = temporaryDirectory(t);
  const at = (name: string, text: string) => {
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  };
  const tikv = at('tikv.toml', component);
  const empty = join(directory, 'empty');
  mkdirSync(empty);
  const emptyTopology = at('topology.yaml', 'global:\n  user: tidb\npd_servers: []\n');
  const { ca, cert, key } = cluster.files('agent');
  const identity = ['--cacert', ca, '--cert', cert, '--key', key];
  const healthy = ['check', '--config', cluster.agentConfig];
  const ways: readonly (readonly [what: string, args: readonly string[], status: number, output: RegExp])[] = [
    ['no certificate to probe with', ['check', tikv], 3, /inconclusive: not probed: /],
    ['negative probes left out', [...healthy, '--no-negative-probes'], 3, /negative probes are off/],
    [
      'a certificate, and no negative probes',
      ['check', '--no-negative-probes', ...identity, '--instance', `tikv=127.0.0.1:${cluster.port('tikv', 'grpc')}`],
      3,
      /negative probes are off/,
    ],
    ['no component at all', ['check', ...identity], 2, /no component is known/],
    ['an agent.toml without components', ['check', '--config', at('agent.toml', '[security]\n')], 2, /./],
    ['a topology without components', ['check', '--topology', emptyTopology], 2, /no component is known/],
    ['a folder without files', ['lint', empty], 2, /no such file/],
    ['a pattern that matches nothing', ['lint', `${directory}/*.yml`], 2, /no such file/],
    [
      'a shard without instances',
      ['check', '--config', at('shard.toml', `shard = "63/64"\n[cluster]\nconfigs = ["${tikv}"]\n`)],
      3,
      /no port is known/,
    ],
    ['before-enable of nothing', ['check', '--before-enable', '--topology', emptyTopology], 1, /it has 0 PDs/],
  ];
  const results = await Promise.all(ways.map(([, args]) => runAgent(...args)));
  for (const [index, [what, , status, output]] of ways.entries()) {
    t.equal(results[index]?.status, status, what);
    t.match(`${results[index]?.stdout}${results[index]?.stderr}`, output, what);
  }
  const accepted = await runAgent('check', '--allow-inconclusive', tikv);
  t.equal(accepted.status, 0, 'a pipeline may accept it');
});

t.test(
  'an accepted failure makes neither exit status 1 nor 3, and a wrong place or date is an operator mistake',
  async (t) => {
    const cluster = await devCluster(t);
    await cluster.fault('tidb', 'status', 'down', true);
    const config = readFileSync(cluster.agentConfig, 'utf8');
    const file = cluster.agentConfig.replace(/agent\.toml$/, 'accepting.toml');
    const checked = async (accept: string) => {
      writeFileSync(file, `${config}\n[[accept]]\n${accept}\n`);
      return await runAgent('check', '--config', file, '--allow-inconclusive');
    };
    const place = 'check = "endpoint-answers"\ncomponent = "tidb"\n';
    const [accepted, expired, wrongDate, wrongCheck] = [
      await checked(`${place}until = "2999-12-31"\nreason = "moved next week"`),
      await checked(`${place}until = "2020-01-31"\nreason = "long ago"`),
      await checked(`${place}until = "2027-02-30"\nreason = "no such day"`),
      await checked('check = "endpoint-answer"\nuntil = "2999-12-31"\nreason = "x"'),
    ];
    t.match(accepted, {
      status: 0,
      stdout: /= tidb .*accepted until 3000-01-01T00:00:00\.000Z: moved next week[\s\S]*1 accepted/,
    });
    t.match(expired, { status: 1, stdout: /1 failed/ });
    t.match(wrongDate, {
      status: 2,
      stderr: /accepting\.toml:\d+:\d+: \[\[accept\]\] until is "2027-02-30", not a date/,
    });
    t.match(wrongCheck, { status: 2, stderr: /did you mean endpoint-answers\?/ });
  },
);
