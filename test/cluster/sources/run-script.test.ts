import { join } from 'node:path';
import t from 'tap';
import { formatOrigin, formatProblem } from '../../../cluster/documents/origin.js';
import { formatAddress } from '../../../cluster/inventory/address.js';
import { buildInventory } from '../../../cluster/inventory/builder.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { lay, runScript, tiupHost } from '../../support/tiup-deploy.js';

const configs = [
  'pd-2379/conf/pd.toml',
  'tidb-4000/conf/tidb.toml',
  'tikv-20160/conf/tikv.toml',
  'cdc-8300/conf/cdc.toml',
];

t.test("the flags of TiUP's start script complete a nearly empty file", async (t) => {
  const root = temporaryDirectory(t);
  lay(root, tiupHost(root));
  const { instances, problems, disagreements } = buildInventory({ files: configs.map((file) => join(root, file)) });
  const mistakes = problems.filter(({ severity }) => severity !== 'note');
  t.strictSame([...mistakes.map(formatProblem), ...disagreements], []);
  t.strictSame(
    instances.map(({ name, endpoints, unlocated }) => [
      name,
      ...endpoints.map((one) => `${one.scheme}://${formatAddress(one)}`),
      ...(unlocated ?? []),
    ]),
    [
      ['10.0.1.1:2379', 'https://10.0.1.1:2379', 'https://10.0.1.1:2380'],
      ['10.0.1.1:10081', 'https://10.0.1.1:10081'],
      ['10.0.1.1:20181', 'https://10.0.1.1:20161', 'https://10.0.1.1:20181'],
      ['10.0.1.1:8300', 'https://10.0.1.1:8300'],
    ],
  );
  const [pd, , , cdc] = instances;
  t.equal(
    formatOrigin(pd?.endpoints[0]?.origin ?? { kind: 'default' }),
    `${join(root, 'pd-2379/scripts/run_pd.sh')}:16:5`,
  );
  t.equal(cdc?.security.cert?.value, join(root, 'cdc-8300/tls/cdc.crt'), 'relative to the deploy directory');
});

t.test('a start script for another file, and one that cannot be read, say nothing of this one', async (t) => {
  const root = temporaryDirectory(t);
  lay(root, {
    'pd-1/conf/pd.toml': '',
    'pd-1/scripts/run_pd.sh': runScript(
      join(root, 'pd-1'),
      'bin/pd-server --client-urls=http://10.0.0.9:1 --config=conf/other.toml',
    ),
    'pd-2/conf/pd.toml': '',
    'pd-2/scripts/run_pd.sh/x': '',
    'pd-3/conf/pd.toml': '',
    'pd-3/scripts/run_pd.sh': "#!/bin/bash\n# exec bin/pd-server --config=conf/pd.toml\necho 'unclosed",
  });
  const files = ['pd-1', 'pd-2', 'pd-3'].map((name) => join(root, name, 'conf/pd.toml'));
  const { instances } = buildInventory({ files });
  t.strictSame(
    instances.flatMap(({ endpoints }) => endpoints),
    [],
  );
});
