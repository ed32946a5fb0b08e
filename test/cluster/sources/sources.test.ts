import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import type { Problem } from '../../../cluster/documents/origin.js';
import { formatOrigin, formatProblem } from '../../../cluster/documents/origin.js';
import { instanceOf } from '../../../cluster/inventory/component-config.js';
import type { Instance } from '../../../cluster/inventory/inventory.js';
import { lintFile } from '../../../cluster/lint/lint.js';
import { readDescribedFile } from '../../../cluster/sources/described-file.js';
import { authority } from '../../support/evidence.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

function written(t: Test, name: string, text: string): string {
  const file = join(temporaryDirectory(t), name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function instancesIn(file: string): readonly Instance[] {
  const problems: Problem[] = [];
  const instances = readDescribedFile(file, problems).described.flatMap(
    (described) => instanceOf(described, problems) ?? [],
  );
  if (problems.length > 0) {
    throw new Error(problems.map(formatProblem).join('\n'));
  }
  return instances;
}

/** `component endpoint scheme host:port [list]` */
function portsOf(instances: readonly Instance[]): readonly string[] {
  return instances.flatMap(({ component, endpoints }) =>
    endpoints.map(
      ({ name, scheme, host, port, allowList }) =>
        `${component} ${name} ${scheme}://${host}:${port}${typeof allowList === 'string' ? '' : ` ${allowList.value.join()}`}`,
    ),
  );
}

const topology = `user: tidb
tidb_version: v8.5.0
topology:
  global:
    user: tidb
    enable_tls: true
    deploy_dir: /tidb-deploy
  server_configs:
    tikv:
      security.cert-allowed-cn: [tidb, pd, tikv]
    pd:
      security:
        cert-allowed-cn: &names [tidb, pd, tikv, tiflash, cdc, prod-client]
    tiflash:
      security.cert_allowed_cn: [tidb, tiflash]
    tiflash-learner:
      security.cert-allowed-cn: [tikv, tiflash, tidb, pd]
  pd_servers:
    - host: 10.0.1.1
    - host: 10.0.1.2
      client_port: 12379
      advertise_client_addr: https://pd.example.com:12379
  tidb_servers:
    - host: 10.0.1.1
      config: {security.cluster-verify-cn: [tidb]}
  tikv_servers:
    - host: 10.0.1.3
      status_port: "20181"
      deploy_dir: relative/tikv
  tiflash_servers:
    - host: 10.0.1.4
  cdc_servers:
    - host: 10.0.1.5
  tiproxy_servers:
    - host: 10.0.1.6
  tso_servers:
    - host: 10.0.1.7
  monitoring_servers:
    - host: 10.0.1.8
`;

t.test("a TiUP topology: ports, TiUP's certificates, and lists from every possible position", async (t) => {
  const file = written(t, 'clusters/prod/meta.yaml', topology);
  const instances = instancesIn(file);
  t.strictSame(portsOf(instances), [
    'pd client https://10.0.1.1:2379 tidb,pd,tikv,tiflash,cdc,prod-client',
    'pd peer https://10.0.1.1:2380 tidb,pd,tikv,tiflash,cdc,prod-client',
    'pd client https://pd.example.com:12379 tidb,pd,tikv,tiflash,cdc,prod-client',
    'pd peer https://10.0.1.2:2380 tidb,pd,tikv,tiflash,cdc,prod-client',
    'tso service https://10.0.1.7:3379',
    'tikv grpc https://10.0.1.3:20160 tidb,pd,tikv',
    'tikv status https://10.0.1.3:20181 tidb,pd,tikv',
    'tidb status https://10.0.1.1:10080 tidb',
    'tiflash grpc https://10.0.1.4:3930 tidb,tiflash',
    'tiflash metrics https://10.0.1.4:8234 tidb,tiflash',
    'tiflash proxy https://10.0.1.4:20170 tikv,tiflash,tidb,pd',
    'tiflash status https://10.0.1.4:20292 tikv,tiflash,tidb,pd',
    'ticdc api https://10.0.1.5:8300',
    'tiproxy api https://10.0.1.6:3080',
  ]);
  const pathsOf = (component: string) => {
    const { ca, cert, key } = instances.find((one) => one.component === component)?.security ?? {};
    return [ca, cert, key].map((one) => one?.value);
  };
  t.strictSame(
    pathsOf('pd'),
    ['ca.crt', 'pd.crt', 'pd.pem'].map((name) => `/tidb-deploy/pd-2379/tls/${name}`),
  );
  t.strictSame(
    pathsOf('ticdc'),
    ['ca.crt', 'cdc.crt', 'cdc.pem'].map((name) => `/tidb-deploy/cdc-8300/tls/${name}`),
  );
  t.equal(pathsOf('tikv')[1], '/home/tidb/relative/tikv/tls/tikv.crt');
  const pd = instances[0]?.endpoints[0];
  t.equal(pd && formatOrigin(pd.origin), `${file}:19:13`);
  t.equal(typeof pd?.allowList !== 'string' && pd && formatOrigin(pd.allowList.origin), `${file}:13:33`);
});

t.test('and its lists are compared with the components of the topology', async (t) => {
  const problems = lintFile(written(t, 'clusters/prod/meta.yaml', topology)).filter(
    ({ severity }) => severity !== 'note',
  );
  const missing = problems.map(({ message, origin }) => {
    const line = origin.kind === 'file' ? origin.line : 0;
    return `${line} ${/(\S+) does not name (\S+).*calls ([^:]+)/.exec(message)?.slice(1).join(' ')}`;
  });
  t.strictSame(missing, [
    '10 cert-allowed-cn tiflash TiKV',
    '10 cert-allowed-cn ticdc TiKV',
    '10 cert-allowed-cn prometheus TiKV',
    '10 cert-allowed-cn tiup TiKV',
    '13 cert-allowed-cn tiproxy PD',
    '13 cert-allowed-cn tso PD',
    '13 cert-allowed-cn prometheus PD',
    '13 cert-allowed-cn blackbox-exporter PD',
    '15 cert_allowed_cn prometheus TiFlash',
    '15 cert_allowed_cn blackbox-exporter TiFlash',
    '15 cert_allowed_cn tiup TiFlash',
    '17 cert-allowed-cn prometheus TiFlash proxy',
    '17 cert-allowed-cn tiup TiFlash proxy',
    '25 cluster-verify-cn pd TiDB',
    '25 cluster-verify-cn tiflash TiDB',
    '25 cluster-verify-cn tiproxy TiDB',
    '25 cluster-verify-cn prometheus TiDB',
    '25 cluster-verify-cn blackbox-exporter TiDB',
    '25 cluster-verify-cn tiup TiDB',
  ]);
});

t.test("TiUP's own certificate is known by its file: a renamed cluster keeps it", async (t) => {
  const file = written(t, 'clusters/renamed/meta.yaml', topology);
  const client = () => readDescribedFile(file, []).described[0]?.tiupClient;
  t.equal(client(), 'renamed-client', 'by the name of the cluster where the file is elsewhere');
  mkdirSync(join(dirname(file), 'tls'));
  const { certificatePem } = await authority.issue({ commonName: 'prod-client' });
  writeFileSync(join(dirname(file), 'tls/client.crt'), certificatePem);
  t.equal(client(), 'prod-client');
});

t.test('TidbCluster: pods by name, TOML and YAML settings, the mounted secret', async (t) => {
  const file = written(
    t,
    'cluster.yaml',
    `apiVersion: pingcap.com/v1alpha1
kind: TidbCluster
metadata: {name: basic, namespace: db}
spec:
  version: v8.5.0
  tlsCluster: {enabled: true}
  pd:
    replicas: 2
    config: |
      [security]
        cert-allowed-cn = ["TiDB"]
  tikv:
    replicas: 1
    config:
      security:
        cert-allowed-cn:
        - TiDB
  tiflash:
    replicas: 1
    config:
      config: |
        [security]
        cert_allowed_cn = ["TiDB"]
      proxy: |
        [security]
        cert-allowed-cn = ["TiDB"]
`,
  );
  const instances = instancesIn(file);
  t.strictSame(portsOf(instances), [
    'pd client https://basic-pd-0.basic-pd-peer.db.svc:2379 TiDB',
    'pd peer https://basic-pd-0.basic-pd-peer.db.svc:2380 TiDB',
    'pd client https://basic-pd-1.basic-pd-peer.db.svc:2379 TiDB',
    'pd peer https://basic-pd-1.basic-pd-peer.db.svc:2380 TiDB',
    'tikv grpc https://basic-tikv-0.basic-tikv-peer.db.svc:20160 TiDB',
    'tikv status https://basic-tikv-0.basic-tikv-peer.db.svc:20180 TiDB',
    'tiflash grpc https://basic-tiflash-0.basic-tiflash-peer.db.svc:3930 TiDB',
    'tiflash metrics https://basic-tiflash-0.basic-tiflash-peer.db.svc:8234 TiDB',
    'tiflash proxy https://basic-tiflash-0.basic-tiflash-peer.db.svc:20170 TiDB',
    'tiflash status https://basic-tiflash-0.basic-tiflash-peer.db.svc:20292 TiDB',
  ]);
  t.equal(instances[0]?.security.cert?.value, '/var/lib/pd-tls/tls.crt');
  const list = instances[0]?.security.allowedCommonNames;
  t.equal(list && formatOrigin(list.origin), `${file}:11:27`, 'in the block scalar');
});

t.test('the groups of tidb-operator 2, with and without their Cluster', async (t) => {
  const group = `apiVersion: core.pingcap.com/v1alpha1
kind: TiKVGroup
metadata: {name: kv, namespace: db}
spec:
  cluster: {name: main}
  template:
    spec:
      config: |
        [security]
        cert-allowed-cn = ["TiDB"]
`;
  const cluster = `---
apiVersion: core.pingcap.com/v1alpha1
kind: Cluster
metadata: {name: main, namespace: db}
spec:
  tlsCluster: {enabled: true}
`;
  t.strictSame(portsOf(instancesIn(written(t, 'kv.yaml', group + cluster))), [
    'tikv grpc https://kv-tikv-peer.db:20160 TiDB',
    'tikv status https://kv-tikv-peer.db:20180 TiDB',
  ]);
  t.strictSame(
    lintFile(written(t, 'kv.yaml', group)).map(({ code }) => code),
    ['substring-name'],
  );
  const capture = group.replace('TiKVGroup', 'TiCDCGroup').replace('name: kv', 'name: cdc');
  t.strictSame(portsOf(instancesIn(written(t, 'cdc.yaml', capture + cluster))), [
    'ticdc api https://cdc-ticdc-peer.db:8300 TiDB',
  ]);
});

t.test('TiCDC of tidb-operator 1 listens on another port than its default', async (t) => {
  const manifest = `apiVersion: pingcap.com/v1alpha1
kind: TidbCluster
metadata: {name: main, namespace: db}
spec:
  tlsCluster: {enabled: true}
  ticdc: {replicas: 1}
`;
  t.match(portsOf(instancesIn(written(t, 'main.yaml', manifest))), [/^ticdc api https:\/\/main-ticdc-0.*:8301/]);
});

t.test('invalid TOML in a manifest is one line at its position in the YAML file', async (t) => {
  const file = written(
    t,
    'c.yaml',
    'apiVersion: pingcap.com/v1alpha1\nkind: TidbCluster\nspec:\n  tikv:\n    config: |\n      [security\n',
  );
  t.match(lintFile(file).map(formatProblem), [/c\.yaml:7:7: error: Unterminated table-key \[toml-syntax\]$/]);
});
