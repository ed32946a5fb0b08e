import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { Authority } from '../../../certs-dev/authority.js';
import { afterEnable } from '../../../checks/after-enable.js';
import type { Disagreement } from '../../../cluster/inventory/inventory.js';
import { devCluster } from '../../support/dev-cluster.js';
import { authority, evidenceOf, factsOf, instanceOf, names, observed, origin } from '../../support/evidence.js';
import { runAgent } from '../../support/run-agent.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

function meta(t: Test, topology: string, version = 'v8.5.0', locked = false): string {
  const file = join(temporaryDirectory(t), 'clusters/prod/meta.yaml');
  mkdirSync(dirname(file), { recursive: true });
  const indented = topology.replace(/^/gm, '  ');
  writeFileSync(file, `user: tidb\ntidb_version: ${version}\ntopology:\n${indented}\n`);
  if (locked) {
    writeFileSync(join(dirname(file), '.scale-out.yaml'), '');
  }
  return file;
}

const servers = `tidb_servers:
  - host: 10.0.1.1
tikv_servers:
  - host: 10.0.1.2
tiflash_servers:
  - host: 10.0.1.3`;
const onePd = 'pd_servers:\n  - host: 10.0.1.1\n';
const threePds = 'pd_servers:\n  - host: 10.0.1.1\n  - host: 10.0.1.2\n  - host: 10.0.1.3\n';

t.test('before enabling: whether tiup cluster tls enable will succeed, and why not', async (t) => {
  const cases: readonly (readonly [string, string, number, RegExp])[] = [
    ['three PDs', meta(t, threePds + servers), 1, /it has 3 PDs, and tiup cluster tls enable supports exactly one/],
    ['one PD', meta(t, onePd + servers), 0, /ready: tiup cluster tls enable will succeed/],
    [
      'enabled already',
      meta(t, `global:\n  enable_tls: true\n${onePd}${servers}`),
      1,
      /meta\.yaml:5:17: TLS is enabled already/,
    ],
    ['an old TiFlash', meta(t, onePd + servers, 'v4.0.4'), 1, /TiFlash v4\.0\.4 does not support TLS/],
    [
      'a scale-out between its stages',
      meta(t, onePd + servers, 'v8.5.0', true),
      1,
      /locked by an unfinished scale-out/,
    ],
    [
      'an advertised address',
      meta(
        t,
        `${onePd}${servers}\ncdc_servers:\n  - host: 10.0.1.4`.replace(
          '- host: 10.0.1.2',
          '- host: 10.0.1.2\n    advertise_addr: kv.example.com:20160',
        ),
      ),
      1,
      /TiUP's certificate will cover 10\.0\.1\.2, but kv\.example\.com is advertised/,
    ],
  ];
  const withCa = (certificate: string | undefined, key: string | undefined) => {
    const file = meta(t, onePd + servers);
    mkdirSync(join(dirname(file), 'tls'));
    for (const [name, text] of [
      ['ca.crt', certificate],
      ['ca.pem', key],
    ] as const) {
      if (text !== undefined) {
        writeFileSync(join(dirname(file), 'tls', name), text);
      }
    }
    return file;
  };
  const old = await Authority.create({ notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') });
  const more: typeof cases = [
    ['its CA', withCa(authority.certificatePem, 'key'), 0, /TiUP issues from the CA/],
    ['an expired CA', withCa(old.certificatePem, 'key'), 1, /TiUP cannot issue from the CA .*: it expired 2021-01-01/],
    ['a CA without its key', withCa(authority.certificatePem, undefined), 1, /its key ca\.pem is missing/],
    ['a CA key alone', withCa(undefined, 'key'), 1, /its certificate is missing/],
    ['TiSpark', meta(t, `${onePd}${servers}\ntispark_masters:\n  - host: 10.0.1.9`), 1, /TiSpark is deployed/],
    [
      'a URL that stays http',
      meta(t, `${onePd}    advertise_client_addr: http://10.0.1.1:2379\n${servers}`),
      1,
      /PD would go on advertising http:\/\/10\.0\.1\.1:2379 after enabling TLS/,
    ],
  ];
  for (const [what, file, status, expected] of [...cases, ...more]) {
    const answer = await runAgent('check', '--before-enable', '--topology', file);
    t.equal(answer.status, status, what);
    t.match(answer.stdout, expected, what);
  }
  t.match(await runAgent('check', '--before-enable'), { status: 2, stderr: /needs --topology/ });
  t.match(await runAgent('check', '--before-enable', '--topology', join(temporaryDirectory(t), 'absent.yaml')), {
    status: 2,
    stderr: /ENOENT/,
  });
});

t.test('after enabling: everything answers over mutual TLS, or what is to be done', async (t) => {
  const cluster = await devCluster(t);
  const pd = `https://127.0.0.1:${cluster.port('pd', 'client')}`;
  const { ca, cert, key } = cluster.files('agent');
  const ask = () =>
    runAgent('check', '--after-enable', '--pd', pd, '--cacert', ca, '--cert', cert, '--key', key, '--all');
  t.match(await ask(), { status: 0, stdout: /TLS is enabled everywhere; nothing is left to do/ });
  await cluster.fault('tikv', 'status', 'plaintext', true);
  t.match(await ask(), { status: 1, stdout: /not finished: 1 conditions[\s\S]*still serves plaintext/ });
});

t.test("after enabling: PD is asked with TiUP's own certificate, beside meta.yaml", async (t) => {
  const cluster = await devCluster(t);
  const address = (member: 'pd' | 'tikv', port: 'client' | 'peer' | 'grpc' | 'status') => cluster.port(member, port);
  const file = meta(
    t,
    `global:
  enable_tls: true
pd_servers:
  - host: 127.0.0.1
    client_port: ${address('pd', 'client')}
    peer_port: ${address('pd', 'peer')}
tikv_servers:
  - host: 127.0.0.1
    port: ${address('tikv', 'grpc')}
    status_port: ${address('tikv', 'status')}`,
  );
  const ask = () => runAgent('check', '--after-enable', '--topology', file, '--all');
  t.match(
    await ask(),
    { stdout: /inconclusive: PD was not asked for its peer URL, or did not answer/ },
    'no certificate',
  );
  const { ca, cert, key } = cluster.files('agent');
  mkdirSync(join(dirname(file), 'tls'));
  for (const [from, name] of [
    [ca, 'ca.crt'],
    [cert, 'client.crt'],
    [key, 'client.pem'],
  ] as const) {
    copyFileSync(from, join(dirname(file), 'tls', name));
  }
  t.match(await ask(), { status: 0, stdout: /its peer URL is https[\s\S]*TLS is enabled everywhere/ });
});

t.test(
  'half enabled: only peer URLs in PD are http: go on; others, too: roll back; others alone: restart them',
  async (t) => {
    const pd = instanceOf('pd', { sources: ['deployment', 'pd'] });
    const pair = await authority.issue(names);
    const agent = await factsOf(t, pair);
    const observations = [observed(pd, 'client', { chain: pair }), observed(pd, 'peer', { chain: pair })];
    const [client, peer] = pd.endpoints;
    const disagreement = (address: string): Disagreement => ({
      code: 'scheme-disagrees',
      severity: 'fail',
      origin,
      message: `PD port ${address} is https here, http in PD at https://127.0.0.1:2379`,
      remediation: '',
      component: 'pd',
      address,
    });
    const result = (disagreements: readonly Disagreement[]) =>
      afterEnable(evidenceOf({ instances: [pd], agent, observations, disagreements })).at(-1);
    t.match(result([]), { status: 'pass', message: /enabled everywhere/ });
    t.match(result([disagreement(`${peer?.host}:${peer?.port}`)]), { status: 'fail', message: /^go on: / });
    t.match(result([disagreement(`${client?.host}:${client?.port}`)]), { status: 'fail', message: /^not finished: / });
    t.match(result([client, peer].map((one) => disagreement(`${one?.host}:${one?.port}`))), {
      status: 'fail',
      message: /^roll back: peer URLs in PD are still http, and 1 other conditions/,
      remediation: /^tiup cluster tls NAME disable --force/,
    });
    const unasked = { ...pd, sources: ['deployment' as const] };
    const unknown = afterEnable(evidenceOf({ instances: [unasked], agent, observations }));
    t.match(unknown.at(-1), { status: 'unknown' }, 'what a topology says is not what PD stores');
    t.match(
      afterEnable(evidenceOf({ instances: [pd], agent })).at(-1),
      { status: 'unknown' },
      'no observation is inconclusive',
    );
  },
);
