import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { isMap, parseDocument, stringify } from 'yaml';
import { deploy } from '../../agent/cli/commands/deploy.js';
import { hintOf } from '../../agent/config/error.js';
import { readAgentConfig } from '../../agent/config/load.js';
import { readTiupPlan } from '../../agent/deploy/tiup-plan.js';
import { tiupSteps } from '../../agent/deploy/tiup-steps.js';
import { errorMessage } from '../../credentials/error-text.js';
import { definitions } from '../../metrics/definitions.js';
import { runAgent } from '../support/run-agent.js';
import { runCommand } from '../support/run-command.js';
import { systemdAnalyze, verifyUnits } from '../support/systemd-analyze.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { usualTopology, writeMeta } from '../support/tiup.js';

interface Written {
  readonly stdout: string;
  readonly output: string;
  text(path: string): string;
  config(host: string): ReturnType<typeof readAgentConfig>;
}

async function deployed(t: Test, meta: string, ...more: readonly string[]): Promise<Written> {
  const output = join(temporaryDirectory(t), 'out put');
  const stdout = await runCommand(deploy, ['tiup', '--topology', meta, '--output', output, ...more]);
  return {
    stdout,
    output,
    text: (path) => readFileSync(join(output, path), 'utf8'),
    config: (host) => readAgentConfig(join(output, 'hosts', host, 'agent.toml')),
  };
}

t.test('one agent.toml for each host, which the agent reads', async (t) => {
  const { stdout, config, output } = await deployed(t, writeMeta(t, usualTopology));
  t.strictSame(readdirSync(join(output, 'hosts')), ['10.0.1.1', '10.0.1.2', '10.0.1.3']);
  const { instances, pd, processes, security, web, clients, historyFile } = config('10.0.1.3');
  t.match(
    instances.map(({ address, addresses, cert, config: file }) => ({ address, addresses, cert, file })),
    [
      {
        address: '10.0.1.3:20160',
        addresses: { status: '10.0.1.3:20180' },
        cert: '/tidb-deploy/tikv-20160/tls/tikv.crt',
        file: '/tidb-deploy/tikv-20160/conf/tikv.toml',
      },
      {
        address: '10.0.1.3:20161',
        addresses: { status: '10.0.1.3:20181' },
        cert: '/tidb-deploy/tikv-20161/tls/tikv.crt',
        file: '/tidb-deploy/tikv-20161/conf/tikv.toml',
      },
    ],
    'both instances of the host, with their own ports',
  );
  t.match({ pd, processes }, { pd: ['https://10.0.1.1:2379', 'https://10.0.1.2:12379'], processes: true });
  t.equal(security?.cert, '/tidb-deploy/monitor-9100/tls/blackbox_exporter.crt', "TiUP's pair for its exporters");
  t.match(web, { host: '10.0.1.3', port: 10793 }, 'where Prometheus can reach it');
  t.match(
    clients.map(({ name, commonName }) => [name, commonName]),
    [
      ['tiup', 'prod-client'],
      ['prometheus', 'prometheus'],
    ],
  );
  t.equal(historyFile, '/var/lib/tidb-mtls-agent/history.jsonl');
  t.match(stdout, /for 10\.0\.1\.1, 10\.0\.1\.2, 10\.0\.1\.3\. Nothing was changed there\./);
});

t.test("settings of a topology that differ from TiUP's defaults", async (t) => {
  const topology = {
    ...usualTopology,
    global: { user: 'db', group: 'dba', enable_tls: true, deploy_dir: 'deploy', arch: 'arm64', ssh_port: 2222 },
    monitored: { node_exporter_port: 19100, deploy_dir: '/mon itor' },
    tikv_servers: [{ host: '2001:db8::3', deploy_dir: '/data 1/"kv"', arch: 'amd64' }],
    tiflash_servers: [{ host: '10.0.1.4', manage_host: '192.168.1.4' }],
    cdc_servers: [{ host: '10.0.1.4' }],
    tiproxy_servers: [{ host: '10.0.1.5', ignore_exporter: true }],
    tso_servers: [{ host: '10.0.1.4', port: 3380 }],
    monitoring_servers: [{ host: '10.0.1.8', port: 9091, pushgateway_addrs: ['10.0.1.9:9091'] }],
  };
  const { stdout, config, text } = await deployed(t, writeMeta(t, topology, {}), '--port', '11793', '--name', 'west');
  const kv = config('2001:db8::3');
  t.match(kv.instances, [{ address: '[2001:db8::3]:20160', config: '/data 1/"kv"/conf/tikv.toml' }]);
  t.match(kv.web, { host: '2001:db8::3', port: 11793 });
  t.equal(kv.security?.key, '/mon itor/tls/blackbox_exporter.pem');
  t.match(
    config('10.0.1.4').instances.map(({ component, cert, config: file }) => [component, cert, file]),
    [
      ['tso', '/home/db/deploy/tso-3380/tls/tso.crt', '/home/db/deploy/tso-3380/conf/tso.toml'],
      ['tiflash', '/home/db/deploy/tiflash-9000/tls/tiflash.crt', '/home/db/deploy/tiflash-9000/conf/tiflash.toml'],
      ['ticdc', '/home/db/deploy/cdc-8300/tls/cdc.crt', '/home/db/deploy/cdc-8300/conf/cdc.toml'],
    ],
  );
  t.equal(config('10.0.1.5').security?.cert, '/home/db/deploy/tiproxy-6000/tls/tiproxy.crt', 'no exporters, no pair');
  t.match(text('hosts/10.0.1.4/tidb-mtls-agent.service'), /^User=db\nGroup=dba$/m);
  t.match(stdout, /agent\.toml -N 10\.0\.1\.4,192\.168\.1\.4$/m, 'TiUP knows it by both');
  t.match(stdout, /push west tidb-mtls-agent-linux-x64 \S+ -N 2001:db8::3$/m);
  t.match(stdout, /push west tidb-mtls-agent-linux-arm64 \S+ -N 10\.0\.1\.1,/);
  t.match(stdout, /pushgateway_addrs:\n# +- "10\.0\.1\.9:9091"\n/, 'what was scraped before stays');
  t.match(stdout, '#       - "[2001:db8::3]:11793"\n');
  t.match(stdout, 'tiup cluster reload west -N 10.0.1.8:9091\n');
});

t.test('a list that would reject the agents is reported before the first step, once for all who have it', async (t) => {
  const listed = (names: readonly string[]) => ({
    ...usualTopology,
    server_configs: { tikv: { 'security.cert-allowed-cn': names } },
  });
  const { stdout } = await deployed(t, writeMeta(t, listed(['tidb', 'tikv', 'pd'])));
  const reported =
    /^# First: the allow-list at \S*meta\.yaml:\d+:\d+ rejects the agents, whose certificate is that of blackbox_exporter\.$/gm;
  t.equal(stdout.match(reported)?.length, 1);
  t.match(
    stdout,
    /^# Add blackbox_exporter to it with: tiup cluster edit-config prod; then: tiup cluster reload prod -R tikv$/m,
  );
  t.ok(stdout.indexOf('# First: ') < stdout.indexOf('# 1. '));
  const { stdout: silent } = await deployed(t, writeMeta(t, listed(['tidb', 'blackbox_exporter'])));
  t.notMatch(silent, '# First: ');
});

t.test('a running service is restarted, and the last command counts the agents by one of their metrics', async (t) => {
  const { stdout } = await deployed(t, writeMeta(t, usualTopology));
  t.match(stdout, /systemctl enable tidb-mtls-agent\.service && systemctl restart tidb-mtls-agent\.service/);
  t.match(stdout, /the value is 3, the number of agents:\ncurl -s 'http:\S+\/api\/v1\/query\?query=count\(\w+\)'/);
  const metric = /query=count\((\w+)\)/.exec(stdout)?.[1];
  t.ok(
    Object.values(definitions).some(({ name }) => name === metric),
    String(metric),
  );
});

t.test("a user's systemd: every path is in the home of that user, and nothing uses sudo", systemdAnalyze, async (t) => {
  const topology = { ...usualTopology, global: { user: 'tidb', enable_tls: true, systemd_mode: 'user' } };
  const { stdout, text, config } = await deployed(t, writeMeta(t, topology));
  t.notMatch(stdout, /--sudo/);
  t.match(stdout, /loginctl enable-linger tidb/);
  const unit = text('hosts/10.0.1.1/tidb-mtls-agent.service');
  const start =
    'ExecStart=/home/tidb/tidb-mtls-agent/tidb-mtls-agent run --config /home/tidb/tidb-mtls-agent/agent.toml\n';
  t.match(unit, start);
  t.equal(config('10.0.1.1').historyFile, '/home/tidb/tidb-mtls-agent/history.jsonl');
  t.equal(
    verifyUnits(t, { 'own.service': unit.replace('/home/tidb/tidb-mtls-agent/tidb-mtls-agent', '/bin/true') }),
    '',
  );
});

t.test('the dashboard is imported by the page of Grafana, or copied to its dashboard_dir', async (t) => {
  const stepsWith = (grafana: object) =>
    tiupSteps(readTiupPlan(writeMeta(t, { ...usualTopology, grafana_servers: [grafana] }), undefined), '/o', 1, true);
  t.match(stepsWith({ host: '10.0.1.8' }), 'http://10.0.1.8:3000/dashboard/import and load /o/grafana/tidb-mtls.json');
  t.match(
    stepsWith({ host: '10.0.1.8', port: 3001, dashboard_dir: '/own boards' }),
    "cp /o/grafana/tidb-mtls.json '/own boards'\ntiup cluster reload prod -N 10.0.1.8:3001\n",
  );
});

t.test('systemd accepts the unit of a host', systemdAnalyze, async (t) => {
  const { text } = await deployed(t, writeMeta(t, usualTopology));
  const unit = text('hosts/10.0.1.1/tidb-mtls-agent.service').replace('/usr/local/bin/tidb-mtls-agent', '/bin/true');
  t.equal(verifyUnits(t, { 'tidb-mtls-agent.service': unit }), '');
});

t.test('what cannot be done is one line with its fix', async (t) => {
  const used = temporaryDirectory(t);
  writeFileSync(join(used, 'precious'), '');
  const meta = writeMeta(t, usualTopology);
  const plain = writeMeta(t, { ...usualTopology, global: { user: 'tidb' } });
  const nameless = join(used, 'topology.yaml');
  writeFileSync(nameless, 'global: {enable_tls: true}\npd_servers: [{host: 10.0.1.1}]\n');
  const broken = join(used, 'broken.yaml');
  writeFileSync(broken, 'pd_servers:\n  - host: x\n    port: [\n');
  const other = join(used, 'other.yaml');
  writeFileSync(other, 'a: 1\n');
  const fresh = join(used, 'new');
  const mistakes: readonly (readonly [string, readonly string[], RegExp])[] = [
    [
      'no TLS',
      ['tiup', '--topology', plain, '--output', fresh],
      /no TLS between.*\n.*--before-enable.*tls prod enable/,
    ],
    ['no name', ['tiup', '--topology', nameless, '--output', fresh], /cluster's name\n.*--name/],
    ['bad YAML', ['tiup', '--topology', broken, '--output', fresh], /broken\.yaml:\d+:\d+: /],
    ['no topology', ['tiup', '--topology', other, '--output', fresh], /is not a TiUP topology/],
    ['a directory in use', ['tiup', '--topology', meta, '--output', used], /is not empty/],
    [
      'no file',
      ['tiup', '--topology', `${meta}x`, '--output', fresh],
      /meta\.yamlx: does not exist\n.*--topology: check the path/,
    ],
    ['no output', ['tiup', '--topology', meta], /--output is missing/],
    ['a bad port', ['tiup', '--topology', meta, '--output', fresh, '--port', '0'], /--port is "0", not a port/],
    ['another kind', ['ansible'], /deploy ansible is unknown\n.*deploy tiup/],
  ];
  for (const [what, args, expected] of mistakes) {
    const failed: unknown = await runCommand(deploy, args).catch((error: unknown) => error);
    t.match(`${errorMessage(failed)}\n${hintOf(failed)}`, expected, what);
  }
  const { status, stderr } = await runAgent('deploy', 'tiup', '--topology', plain, '--output', fresh);
  t.match({ status, lines: stderr.trim().split('\n').length }, { status: 2, lines: 2 }, stderr);
  t.strictSame(readdirSync(used).sort(), ['broken.yaml', 'other.yaml', 'precious', 'topology.yaml'], 'nothing written');
});

const corpus = process.env.TIDB_REAL_CONFIGS;

t.test('real topologies', { skip: corpus === undefined ? 'TIDB_REAL_CONFIGS is not set' : false }, async (t) => {
  const folder = join(corpus ?? '', 'topology');
  for (const name of readdirSync(folder)) {
    const file = join(temporaryDirectory(t), name);
    writeFileSync(file, withTls(readFileSync(join(folder, name), 'utf8')));
    try {
      const { hosts } = readTiupPlan(file, 'prod');
      t.ok(hosts.length > 0, name);
      const { config } = await deployed(t, file, '--name', 'prod');
      for (const { host, instances } of hosts) {
        t.equal(config(host).instances.length, instances.length, `${name} ${host}`);
      }
    } catch (error: unknown) {
      t.ok(error instanceof Error && 'hint' in error, `${name}: ${error}`);
    }
  }
});

t.test(
  'text that would leave its place in a path or a line of the steps is rejected, and nothing is written',
  async (t) => {
    const at = (host: string) => ({ ...usualTopology, tikv_servers: [{ host }] });
    const monitor = (rule_dir: string) => ({ ...usualTopology, monitoring_servers: [{ host: '10.0.1.8', rule_dir }] });
    const cases: readonly (readonly [object, string])[] = [
      [at('../../../escape'), '"../../../escape"'],
      [at('..'), '".."'],
      [at('10.0.1.3\nrm -rf /'), '\\n'],
      [at('10.0.1.3 -x'), '"10.0.1.3 -x"'],
      [{ ...usualTopology, global: { enable_tls: true, user: 'tidb; id' } }, '"tidb; id"'],
      [monitor('/rules\ncurl evil'), '\\n'],
    ];
    for (const [topology, quoted] of cases) {
      const output = join(temporaryDirectory(t), 'out');
      const meta = writeMeta(t, topology as typeof usualTopology, {});
      const deploying = runCommand(deploy, ['tiup', '--topology', meta, '--output', output]);
      await t.rejects(deploying, { code: 'unsafe_topology', message: quoted });
      t.throws(() => readdirSync(output), { code: 'ENOENT' });
    }
  },
);

/** The same cluster with TLS on; text that is no mapping stays as it is. */
function withTls(text: string): string {
  const document = parseDocument(text);
  if (document.errors.length > 0 || !isMap(document.contents)) {
    return text;
  }
  const root = document.toJS();
  return stringify({ ...root, global: { ...root.global, enable_tls: true } });
}
