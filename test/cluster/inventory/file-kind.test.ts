import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import type { Problem } from '../../../cluster/documents/origin.js';
import { buildInventory } from '../../../cluster/inventory/builder.js';
import { readComponentConfig } from '../../../cluster/inventory/component-config.js';
import { lintFile } from '../../../cluster/lint/lint.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

function written(directory: string, name: string, text: string): string {
  const file = join(directory, 'some/where', name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const paths = 'ca-path = "/tls/ca.pem"\ncert-path = "/tls/c.pem"\nkey-path = "/tls/k.pem"\n';

t.test("another program's file gives a note, and neither an instance nor any other report", async (t) => {
  const directory = temporaryDirectory(t);
  for (const [name, text, program] of [
    [
      'tidb-lightning.toml',
      `[lightning]\nlevel = "info"\n[security]\n${paths}[tidb]\nstatus-port = 10081\n`,
      'TiDB Lightning',
    ],
    [
      'import-job.toml',
      `[mydumper]\nno-schema = true\n[tidb]\nstatus-port = 10081\n[security]\n${paths}`,
      'TiDB Lightning',
    ],
    [
      'tikv-importer.toml',
      `[server]\naddr = "h:8287"\n[rocksdb]\nmax-open-files = 9\n[security]\n${paths}`,
      'TiKV Importer',
    ],
    ['i.toml', `[server]\naddr = "h:8287"\n[import]\nnum-import-jobs = 24\n[security]\n${paths}`, 'TiKV Importer'],
    ['pump.toml', 'addr = "h:8250"\nadvertise-addr = "h:8250"\n[security]\ncert-allowed-cn = ["binlog"]\n', 'Pump'],
    ['drainer-8249/conf/drainer.toml', 'addr = "h:8249"\n[security]\nssl-ca = "/ca.pem"\n', 'Drainer'],
    ['binlog.toml', 'addr = "h:8249"\n[syncer]\ndb-type = "mysql"\n[security]\nssl-ca = "/ca.pem"\n', 'Drainer'],
    ['sync_diff_tidb.toml', 'check-thread-count = 8\n[data-sources.a]\nhost = "h"\n', 'sync-diff-inspector'],
    [
      'compare.toml',
      '[data-sources.a]\nhost = "h"\n[data-sources.a.security]\nca-path = "/ca.pem"\n',
      'sync-diff-inspector',
    ],
    ['tidb-changefeed.toml', 'case-sensitive = true\n[sink]\nprotocol = "avro"\n', 'a changefeed of TiCDC'],
    ['prometheus-9090/conf/ngmonitoring.toml', 'address = "h:12020"\n[pd]\nendpoints = ["h:2379"]\n', 'NgMonitoring'],
    ['conf/source.yaml', 'source-id: one\nfrom: {host: h, security: {ssl-ca: /ca.pem}}\n', 'DM (a source)'],
    ['conf/task.yaml', 'name: t\ntarget-database: {host: h, security: {ssl-ca: /ca.pem}}\n', 'DM (a task)'],
    ['dm.yaml', 'global: {enable_tls: true}\nmaster_servers: [{host: h}]\n', "TiUP's DM component"],
    ['monitor-9100/conf/blackbox.yml', 'modules: {tcp: {prober: tcp, tcp: {tls: true}}}\n', 'blackbox_exporter'],
    ['scrape.yml', 'scrape_configs: [{job_name: tidb, scheme: https}]\n', 'Prometheus'],
  ] as const) {
    const file = written(directory, name, text);
    const { instances, problems } = buildInventory({ files: [file] });
    t.strictSame(instances, [], `${name}: no instance`);
    const notes = [problems, lintFile(file)];
    for (const reported of notes) {
      t.match(reported, [{ code: 'other-program', severity: 'note', message: `this is a file of ${program},` }], name);
      t.equal(reported.length, 1, `${name}: nothing else`);
    }
  }
});

t.test('YAML of no known kind gets the same note as TOML', async (t) => {
  const directory = temporaryDirectory(t);
  for (const [name, text] of [
    ['x.yaml', 'a: 1\n'],
    ['x.yml', '- 1\n'],
    ['empty.yaml', ''],
    ['x.toml', 'a = 1\n'],
  ] as const) {
    t.match(lintFile(written(directory, name, text)), [{ code: 'unknown-component', severity: 'note' }], name);
  }
});

t.test('one key of a section of ours decides, and else two telling keys or the name', async (t) => {
  const directory = temporaryDirectory(t);
  for (const [name, text, component] of [
    ['a.toml', '[raftstore]\ncapacity = 1\n', 'tikv'],
    ['b.toml', '[security]\ncluster-ssl-ca = "/ca.pem"\n', 'tidb'],
    ['c.toml', '[security]\ncacert-path = "/ca.pem"\n', 'pd'],
    ['d.toml', '[status]\nstatus-port = 10080\n', undefined],
    ['e.toml', 'lease = "45s"\n[status]\nstatus-port = 10080\n', 'tidb'],
    ['f.toml', '[server]\naddr = "h:1"\n', undefined],
    ['g.toml', '[server]\naddr = "h:1"\nstatus-addr = "h:2"\n', 'tikv'],
    ['tidb/x.toml', 'a = 1\n', undefined],
    ['tidb/y.toml', '[status]\nstatus-port = 10080\n', 'tidb'],
    ['tikv.toml', '[security]\ncacert-path = "/ca.pem"\n', 'tikv'],
    ['tidb-sql.toml', '[status]\nstatus-port = 10080\n', 'tidb'],
    [
      'm.toml',
      'master-addr = ":8261"\npeer-urls = "https://h:8291"\ninitial-cluster = "m=https://h:8291"\n',
      'dm-master',
    ],
    ['dm-worker-8262/conf/w.toml', 'advertise-addr = "h:8262"\njoin = "h:8261"\n', 'dm-worker'],
    ['tikv-cdc.toml', 'addr = "h:8600"\n', 'tikv-cdc'],
    ['tikv-cdc-8600/conf/cdc.toml', 'addr = "h:8600"\n', 'ticdc'],
  ] as const) {
    const { described } = readComponentConfig(written(directory, name, text));
    t.equal(described?.component, component, `${name}: ${text}`);
  }
});

t.test('DM-master, DM-worker and TiKV-CDC are instances with ports, paths and lists', async (t) => {
  const directory = temporaryDirectory(t);
  const tls = 'ssl-ca = "/tls/ca.pem"\nssl-cert = "/tls/c.pem"\nssl-key = "/tls/k.pem"\ncert-allowed-cn = ["dm"]\n';
  const problems: Problem[] = [];
  const read = (name: string, text: string) => {
    const config = readComponentConfig(written(directory, name, text));
    problems.push(...config.problems);
    return config.instance;
  };
  t.match(
    read(
      'dm-master.toml',
      `master-addr = "0.0.0.0:8361"\nadvertise-addr = "10.0.0.1:8361"\npeer-urls = "10.0.0.1:8391"\n${tls}`,
    ),
    {
      component: 'dm-master',
      name: '10.0.0.1:8361',
      security: { ca: { value: '/tls/ca.pem' }, allowedCommonNames: { value: ['dm'] } },
      endpoints: [
        { name: 'client', port: 8361, scheme: 'https' },
        { name: 'peer', port: 8391, scheme: 'https' },
      ],
    },
  );
  t.match(read('dm-worker.toml', `worker-addr = ":8462"\nadvertise-addr = "10.0.0.1:8462"\n${tls}`), {
    component: 'dm-worker',
    endpoints: [{ name: 'api', host: '10.0.0.1', port: 8462, scheme: 'https', allowList: { value: ['dm'] } }],
  });
  t.match(read('tikv-cdc.toml', `addr = "10.0.0.1:8600"\n[security]\n${paths}`), {
    component: 'tikv-cdc',
    endpoints: [{ name: 'api', port: 8600, scheme: 'https', allowList: 'none' }],
  });
  t.match(problems, [{ code: 'callers-not-authenticated', severity: 'note' }]);
  t.equal(problems.length, 1);
});
