import { mkdirSync, writeFileSync } from 'node:fs';
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
    ['no certificate to probe with', ['check', tikv], 3, /not probed: the agent has no usable certificate/],
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
