import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { renderMatrix, wordOf } from '../../../agent/report/matrix-table.js';
import { plain } from '../../../agent/terminal/terminal.js';
import { matrixOf } from '../../../cluster/access/matrix.js';
import { buildInventory } from '../../../cluster/inventory/builder.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const dashed = (list: string) =>
  `[security]\nca-path = "a"\ncert-path = "b"\nkey-path = "c"\ncert-allowed-cn = ${list}\n`;

/** The lists that TiDB's documentation shows, for a cluster with TiFlash. */
const documented = {
  'tidb.toml': `advertise-address = "tidb"\n[security]\ncluster-ssl-ca = "a"\ncluster-ssl-cert = "b"\ncluster-ssl-key = "c"\ncluster-verify-cn = ["tidb", "test-client", "prometheus"]\n`,
  'pd.toml': `client-urls = "https://pd:2379"\npeer-urls = "https://pd:2380"\n${dashed('["tidb", "pd", "tikv", "tiflash", "test-client", "prometheus"]').replace('ca-path', 'cacert-path')}`,
  'tikv.toml': `[server]\naddr = "tikv:20160"\nstatus-addr = "tikv:20180"\n${dashed('["tidb", "pd", "tikv", "tiflash", "prometheus"]')}`,
  'tiflash.toml': `[flash]\nservice_addr = "tiflash:3930"\n[flash.proxy]\nconfig = "tiflash-learner.toml"\n[security]\nca_path = "a"\ncert_path = "b"\nkey_path = "c"\ncert_allowed_cn = ["tidb", "tikv", "prometheus"]\n`,
  'tiflash-learner.toml': `[server]\nengine-addr = "tiflash:3930"\naddr = "tiflash:20170"\nstatus-addr = "tiflash:20292"\n${dashed('["tidb", "tikv", "tiflash", "prometheus"]')}`,
};

t.test("the documentation's lists as a matrix: which callers they accept, and which they reject", async (t) => {
  const directory = temporaryDirectory(t);
  for (const [name, text] of Object.entries(documented)) {
    writeFileSync(join(directory, name), text);
  }
  const files = Object.keys(documented).map((name) => join(directory, name));
  const matrix = matrixOf(buildInventory({ files }), new Map());
  const words = (component: string, endpoint: string) => {
    const row = matrix.rows.find((one) => one.instance.component === component && one.endpoint.name === endpoint);
    return Object.fromEntries((row?.cells ?? []).map((cell) => [cell.caller, wordOf(cell)]));
  };
  t.strictSame(matrix.callers, ['tidb', 'pd', 'tikv', 'tiflash']);
  t.strictSame(words('tidb', 'status'), { tidb: 'yes', pd: 'REJECTED', tikv: '-', tiflash: 'REJECTED' });
  t.strictSame(words('pd', 'client'), { tidb: 'yes', pd: 'yes', tikv: 'yes', tiflash: 'yes' });
  t.strictSame(words('pd', 'peer'), { tidb: '(yes)', pd: 'yes', tikv: '(yes)', tiflash: '(yes)' });
  t.strictSame(words('tikv', 'grpc'), { tidb: 'yes', pd: 'yes', tikv: 'yes', tiflash: 'yes' });
  t.strictSame(words('tiflash', 'grpc'), { tidb: 'yes', pd: '-', tikv: 'unused', tiflash: 'REJECTED' });
  t.strictSame(words('tiflash', 'status'), { tidb: 'yes', pd: 'REJECTED', tikv: '(yes)', tiflash: '(yes)' });
  t.match(renderMatrix(matrix, plain), /^port +tidb +pd +tikv +tiflash\n/);
  t.comment(`\n${renderMatrix(matrix, plain)}`);
  const narrow = renderMatrix(matrix, { ...plain, columns: 40 });
  t.match(narrow, /^tidb status tidb:10080\n {2}yes {7}tidb\n {2}REJECTED {2}pd, tiflash\n/, 'port by port');
});

t.test('ports without names: any certificate, every client, plaintext; and an unknown list', async (t) => {
  const directory = mkdtempSync(join(temporaryDirectory(t), 'x'));
  const file = (name: string, text: string) => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  const tls = 'ca-path = "a"\ncert-path = "b"\nkey-path = "c"\n';
  const inventory = buildInventory({
    files: [
      file('tikv.toml', `[server]\naddr = "h:20160"\nstatus-addr = "h:20180"\n[security]\n${tls}`),
      file('pd.toml', 'client-urls = "http://h:2379"\npeer-urls = "http://h:2380"\n'),
    ],
    instances: [{ component: 'tidb', address: 'h:10080', origin: { kind: 'flag', name: '--instance' } }],
  });
  const accesses = matrixOf(inventory, new Map()).rows.map(
    ({ instance, endpoint, cells }) => `${instance.component} ${endpoint.name} ${cells[0]?.access}`,
  );
  t.strictSame(accesses.sort(), [
    'pd client plaintext',
    'pd peer plaintext',
    'tidb status unknown',
    'tikv grpc any-certificate',
    'tikv status anybody',
  ]);
});
