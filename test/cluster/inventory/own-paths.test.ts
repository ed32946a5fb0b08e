import { join } from 'node:path';
import t from 'tap';
import { survivesRestart } from '../../../checks/survives-restart.js';
import { tlsConfigured } from '../../../checks/tls-configured.js';
import { formatOrigin } from '../../../cluster/documents/origin.js';
import { buildInventory } from '../../../cluster/inventory/builder.js';
import { authority, evidenceOf, factsOf, names, origin, run } from '../../support/evidence.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { lay } from '../../support/tiup-deploy.js';

type Test = Parameters<typeof temporaryDirectory>[0];

/** A TiDB declared with its three files, and the configuration that it starts with. */
function declared(t: Test, security: string, more: { readonly processes?: boolean } = {}) {
  const root = temporaryDirectory(t);
  const file = join(root, 'tidb.toml');
  lay(root, {
    'tidb.toml': `advertise-address = "10.0.1.1"\n[status]\nstatus-port = 10080\n[security]\n${security.replaceAll('ROOT', root)}`,
    'tls/ca.crt': 'ca',
    'tls/tidb.crt': 'certificate',
    'tls/tidb.pem': 'key',
    'copy/tidb.crt': 'certificate',
    'old/tidb.crt': 'another certificate',
  });
  const paths = { ca: join(root, 'tls/ca.crt'), cert: join(root, 'tls/tidb.crt'), key: join(root, 'tls/tidb.pem') };
  const instance = { component: 'tidb', address: '10.0.1.1:10080', ...paths, origin } as const;
  const inventory =
    more.processes === undefined
      ? buildInventory({ instances: [{ ...instance, config: file }] })
      : buildInventory({ instances: [instance], files: [file] });
  const lines = inventory.disagreements.map(
    ({ severity, origin, message }) => `${severity} ${formatOrigin(origin)} ${message.replaceAll(`${root}/`, '')}`,
  );
  return { ...inventory, lines };
}

const keys = (ca: string, cert: string, key: string) =>
  `cluster-ssl-ca = "ROOT/${ca}"\ncluster-ssl-cert = "ROOT/${cert}"\ncluster-ssl-key = "ROOT/${key}"\n`;

t.test("declared paths are compared with those of the component's own configuration", async (t) => {
  for (const more of [{}, { processes: false }]) {
    t.strictSame(declared(t, keys('tls/ca.crt', 'tls/tidb.crt', 'tls/tidb.pem'), more).lines, []);
    t.strictSame(declared(t, keys('tls/ca.crt', 'copy/tidb.crt', 'tls/tidb.pem'), more).lines, [], 'the same contents');
    t.match(declared(t, keys('tls/ca.crt', 'old/tidb.crt', 'tls/tidb.pem'), more).lines, [
      /^warn \/conf\/c\.toml:3:7 tidb is declared with tls\/tidb\.crt, and its configuration names old\/tidb\.crt \(tidb\.toml:6:20\): other contents/,
    ]);
    t.match(declared(t, keys('tls/ca.crt', 'gone/tidb.crt', 'tls/tidb.pem'), more).lines, [
      /^note .* names gone\/tidb\.crt .*, which does not exist here/,
    ]);
  }
});

t.test('whether a component has TLS, and would start, is what its own configuration says', async (t) => {
  const facts = [await factsOf(t, await authority.issue(names))];
  for (const more of [{}, { processes: false }]) {
    const { instances } = declared(t, 'cluster-ssl-ca = "ROOT/tls/ca.crt"\n', more);
    t.match(instances, [{ security: { cert: { value: /tls\/tidb\.crt$/ } } }], 'the agent reads the declared files');
    const evidence = evidenceOf({ instances, facts });
    t.match(run(tlsConfigured, evidence), [/^fail: only 1 of the three TLS paths are set in .*tidb\.toml$/]);
    t.match(run(survivesRestart, evidence), [/^fail: would not start: a CA is set, but not both certificate and key/]);
  }
});
