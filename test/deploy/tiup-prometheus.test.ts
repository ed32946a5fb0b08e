import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { parse, stringify } from 'yaml';
import { deploy } from '../../agent/cli/commands/deploy.js';
import { promtool } from '../support/promtool.js';
import { runCommand } from '../support/run-command.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { usualTopology, writeMeta } from '../support/tiup.js';

const stockAlert = (component: string, level: string) => `groups:
- name: alert.rules
  rules:
  - alert: ${component}_server_panic_total
    expr: increase(${component}_panic_total[10m]) > 0
    for: 1m
    labels:
      env: ENV_LABELS_ENV
      level: ${level}
      expr: increase(${component}_panic_total[10m]) > 0
    annotations:
      description: 'cluster: ENV_LABELS_ENV, instance: {{ $labels.instance }}, values:{{ $value }}'
      value: '{{ $value }}'
      summary: ${component} panicked
`;

/** Prometheus as TiUP lays it out: its own rules beside the program, and a configuration that loads some of them. */
function prometheusOfTiup(t: Test, ruleFiles: string): string {
  const directory = join(temporaryDirectory(t), 'prometheus-9090');
  mkdirSync(join(directory, 'bin/prometheus'), { recursive: true });
  mkdirSync(join(directory, 'conf'));
  for (const [name, level] of [
    ['tidb', 'critical'],
    ['tikv', 'warning'],
    ['lightning', 'warning'],
  ] as const) {
    writeFileSync(join(directory, `bin/prometheus/${name}.rules.yml`), stockAlert(name, level));
  }
  writeFileSync(join(directory, 'conf/prometheus.yml'), `rule_files:\n${ruleFiles}\nscrape_configs: []\n`);
  return directory;
}

/** What TiUP does with `rule_dir` at a reload, by the commands that its source runs on the host. */
function reload(directory: string, ruleDir: string, pushgateways: readonly string[]): void {
  const conf = join(directory, 'conf');
  const line = `find ${conf} -type f -name "*.rules.yml" -delete
find ${directory}/bin/prometheus -maxdepth 1 -type f -name "*.rules.yml" -exec cp {} ${conf}/ \\;
find ${conf} -maxdepth 1 -type f -name "*.rules.yml" -exec sed -i -e 's/ENV_LABELS_ENV/prod/g' {} \\;
cp '${ruleDir}'/*.rules.yml ${conf}/
find ${conf} -maxdepth 1 -type f -name "*.rules.yml" -exec sed -i -e 's/env: [^ ]*/env: prod/g' {} \\;
find ${conf} -maxdepth 1 -type f -name "*.rules.yml" -exec sed -i -e 's/cluster: [^ ]*,/cluster: prod,/g' {} \\;`;
  spawnSync('/bin/sh', ['-ec', line]);
  const job = { job_name: 'overwritten-cluster', honor_labels: true, static_configs: [{ targets: pushgateways }] };
  const rule_files = readdirSync(ruleDir).filter((name) => name.endsWith('.rules.yml'));
  writeFileSync(join(conf, 'prometheus.yml'), stringify({ rule_files, scrape_configs: [job] }));
}

interface Rule {
  readonly alert?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** The alerts that a Prometheus with this configuration evaluates. */
function alertsOf(directory: string): readonly Rule[] {
  const { rule_files }: { rule_files: readonly string[] } = parse(
    readFileSync(join(directory, 'conf/prometheus.yml'), 'utf8'),
  );
  return rule_files
    .flatMap((name) => parse(readFileSync(join(directory, 'conf', name), 'utf8')).groups)
    .flatMap(({ rules }: { rules: readonly Rule[] }) => rules)
    .filter(({ alert }) => alert !== undefined);
}

/** Runs the shell lines that the command printed for Prometheus; `tiup` only copies, as over SSH. */
function runPrinted(t: Test, steps: string): void {
  const bin = temporaryDirectory(t);
  writeFileSync(join(bin, 'tiup'), '#!/bin/sh\ncase $2 in pull) cp "$6" "$7" ;; esac\n');
  chmodSync(join(bin, 'tiup'), 0o755);
  const [, printed = ''] = /# 3\. Prometheus at .*\n([\s\S]+?)\ntiup cluster edit-config/.exec(steps) ?? [];
  const { status, stderr } = spawnSync('/bin/sh', ['-ec', printed], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
  });
  if (status !== 0) {
    throw new Error(`${printed}\n${stderr}`);
  }
}

const quoted = "  - 'tidb.rules.yml'\n  - 'tikv.rules.yml'";
const plain = '    - tidb.rules.yml\n    - tikv.rules.yml';

for (const [what, ruleFiles] of [
  ['as TiUP writes it', quoted],
  ['after additional_scrape_conf', plain],
] as const) {
  t.test(`every alert that was evaluated before still is, with ours beside it: ${what}`, promtool, async (t) => {
    const directory = prometheusOfTiup(t, ruleFiles);
    const meta = writeMeta(t, { ...usualTopology, monitoring_servers: [{ host: '10.0.1.8', deploy_dir: directory }] });
    const output = join(temporaryDirectory(t), 'out put');
    const printed = await runCommand(deploy, ['tiup', '--topology', meta, '--output', output]);
    // What is loaded before; TiUP has put the name in then.
    cpSync(join(directory, 'bin/prometheus'), join(directory, 'conf'), { recursive: true });
    const before = alertsOf(directory).map(({ alert }) => alert);
    t.strictSame(before, ['tidb_server_panic_total', 'tikv_server_panic_total']);

    runPrinted(t, printed);
    const [, ruleDir = ''] = /rule_dir: (".*")/.exec(printed) ?? [];
    const pushgateways = [...printed.matchAll(/^# {7}- (".*")$/gm)].map(([, text = '']) => JSON.parse(text));
    reload(directory, JSON.parse(ruleDir), pushgateways);

    const after = alertsOf(directory);
    const names = after.map(({ alert }) => alert);
    t.strictSame(
      before.filter((name) => !names.includes(name)),
      [],
    );
    t.notOk(names.includes('lightning_server_panic_total'), 'and none that was not');
    t.ok(names.includes('TiDB_mtls_certificate_expiring'));
    t.strictSame([...new Set(after.flatMap(({ labels }) => labels?.env ?? []))], ['prod']);
    const check = spawnSync('/usr/bin/promtool', ['check', 'config', join(directory, 'conf/prometheus.yml')], {
      encoding: 'utf8',
    });
    t.equal(check.status, 0, `${check.stdout}${check.stderr}`);
    t.match(readFileSync(join(directory, 'conf/prometheus.yml'), 'utf8'), '- 10.0.1.3:10793');
  });
}

t.test('where the loaded rules are unknown, or one cannot be fetched, the steps stop', async (t) => {
  for (const ruleFiles of ['', "  - 'gone.rules.yml'"]) {
    const directory = prometheusOfTiup(t, ruleFiles);
    const meta = writeMeta(t, { ...usualTopology, monitoring_servers: [{ host: '10.0.1.8', deploy_dir: directory }] });
    const printed = await runCommand(deploy, [
      'tiup',
      '--topology',
      meta,
      '--output',
      join(temporaryDirectory(t), 'o'),
    ]);
    t.throws(() => runPrinted(t, printed), ruleFiles);
  }
});

t.test('a rule_dir of before only gets ours', async (t) => {
  const rules = temporaryDirectory(t);
  writeFileSync(join(rules, 'own.rules.yml'), stockAlert('agent', 'warning'));
  const meta = writeMeta(t, { ...usualTopology, monitoring_servers: [{ host: '10.0.1.8', rule_dir: rules }] });
  const printed = await runCommand(deploy, ['tiup', '--topology', meta, '--output', join(temporaryDirectory(t), 'o')]);
  runPrinted(t, printed);
  t.ok(readdirSync(rules).includes('tidb-mtls.rules.yml'));
  t.equal(readFileSync(join(rules, 'own.rules.yml'), 'utf8'), stockAlert('agent', 'warning'), 'the others stay');
  t.notMatch(printed, /rule_dir/);
});

t.test('Prometheus in agent mode evaluates no rules, and that is said', async (t) => {
  const monitoring_servers = [{ host: '10.0.1.8', enable_prom_agent_mode: true }];
  const meta = writeMeta(t, { ...usualTopology, monitoring_servers });
  const printed = await runCommand(deploy, ['tiup', '--topology', meta, '--output', join(temporaryDirectory(t), 'o')]);
  t.match(printed, /agent mode and evaluates no rules/);
  t.match(printed, /each of the 3 agents:\ncurl -s \S+\/targets \| grep -o '"scrapeUrl":"\[\^"\]\*:10793/);
  t.notMatch(printed, /query=/, 'which it does not answer');
  t.notMatch(printed, /rule_dir/);
  t.match(printed, /pushgateway_addrs/);
});

t.test('without a Prometheus of TiUP the addresses to scrape are reported', async (t) => {
  const { monitoring_servers: _, grafana_servers: __, ...topology } = usualTopology;
  const printed = await runCommand(deploy, [
    'tiup',
    '--topology',
    writeMeta(t, topology),
    '--output',
    join(temporaryDirectory(t), 'o'),
  ]);
  t.match(printed, /TiUP deployed no Prometheus.*honor_labels: true/);
  t.match(printed, /^# {3}10\.0\.1\.3:10793$/m);
});
