import { join } from 'node:path';
import t from 'tap';
import { endpointAnswers } from '../../../checks/endpoint-answers.js';
import { tlsConfigured } from '../../../checks/tls-configured.js';
import { formatAddress } from '../../../cluster/inventory/address.js';
import { buildInventory } from '../../../cluster/inventory/builder.js';
import { evidenceOf, run } from '../../support/evidence.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { lay, tiupHost } from '../../support/tiup-deploy.js';

/** The host without its start scripts, as a container sees it that mounts `conf/` alone. */
function withoutScripts(root: string) {
  return Object.fromEntries(Object.entries(tiupHost(root)).filter(([name]) => name.endsWith('.toml')));
}

t.test(
  'what only the defaults of a file say is no address: the files are checked, the ports are unknown',
  async (t) => {
    const root = temporaryDirectory(t);
    lay(root, withoutScripts(root));
    const files = Object.keys(withoutScripts(root)).map((name) => join(root, name));
    const { instances } = buildInventory({ files });
    t.strictSame(
      instances.map(({ component, name, endpoints, unlocated }) => [component, name, endpoints, unlocated]),
      [
        ['pd', files[0], [], ['client', 'peer']],
        ['tidb', files[1], [], ['status']],
        ['tikv', files[2], [], ['grpc', 'status']],
        ['ticdc', files[3], [], ['api']],
      ],
    );
    t.equal(instances[0]?.security.cert?.value, join(root, 'pd-2379/tls/pd.crt'));
    const evidence = evidenceOf({ instances });
    t.match(run(endpointAnswers, evidence), [
      /^unknown: inconclusive: not probed: the address of the PD client port and PD peer port is unknown: .*pd\.toml has none/,
      /^unknown: .*TiDB status port/,
      /^unknown: .*TiKV gRPC port and TiKV status port/,
      /^unknown: .*TiCDC port/,
    ]);
    t.match(run(tlsConfigured, evidence), [
      /^pass/,
      /^pass/,
      /^pass/,
      /^unknown: inconclusive: .*cdc\.toml sets no TLS path, and its flags are unknown$/,
    ]);
  },
);

t.test('a topology with the same certificate file gives the addresses, and each process is known once', async (t) => {
  const root = temporaryDirectory(t);
  lay(root, { ...withoutScripts(root), 'tikv-20160/tls/tikv.crt': 'x' });
  lay(root, {
    'meta.yaml': `topology:
  global:
    enable_tls: true
    deploy_dir: ${root}
  tikv_servers:
    - host: 127.0.0.1
      port: 20160
    - host: 203.0.113.7
      port: 20160
`,
  });
  const { instances } = buildInventory({ files: [join(root, 'tikv-20160/conf/tikv.toml'), join(root, 'meta.yaml')] });
  t.match(
    instances.map(({ endpoints, local, sources, unlocated }) => [
      endpoints.map(formatAddress),
      local,
      sources,
      unlocated,
    ]),
    [
      [['127.0.0.1:20160', '127.0.0.1:20180'], true, ['config', 'deployment'], []],
      [['203.0.113.7:20160', '203.0.113.7:20180'], false, ['deployment'], []],
    ],
  );
});
