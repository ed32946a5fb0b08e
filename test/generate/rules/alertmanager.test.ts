import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { alerts } from '../../../generate/rules/catalogue.js';
import { explainedAlerts, incidentInhibition } from '../../../generate/rules/incidents.js';
import { renderTiupRules } from '../../../generate/rules/render.js';
import { needs } from '../../support/peers.js';

const amtool = '/usr/bin/amtool';
const config = join(import.meta.dirname, '../../../deploy/alertmanager/alertmanager.yml');
const present = needs(amtool, 'prometheus-alertmanager');

function run(...args: readonly string[]) {
  return spawnSync(amtool, args, { encoding: 'utf8' });
}

function receiverOf(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return run('config', 'routes', 'test', `--config.file=${config}`, ...pairs).stdout.trim();
}

t.test('amtool accepts the example', present, async (t) => {
  const { status, stdout, stderr } = run('check-config', config);
  t.equal(status, 0, stdout + stderr);
});

t.test('alerts are routed by level, then by component', present, async (t) => {
  const cases: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['on-call', { alertname: 'TiDB_mtls_file_unsafe', level: 'emergency', severity: 'critical', component: 'tikv' }],
    ['on-call', { alertname: 'TiDB_mtls_endpoint_down', level: 'critical', severity: 'critical', component: 'tidb' }],
    [
      'storage-team',
      { alertname: 'TiDB_mtls_certificate_expiring', level: 'warning', severity: 'warning', component: 'pd' },
    ],
    [
      'database-team',
      { alertname: 'TiDB_mtls_certificate_expiring', level: 'warning', severity: 'warning', component: 'tidb' },
    ],
    [
      'monitoring-team',
      { alertname: 'TiDB_mtls_agent_identity_expiring', level: 'warning', severity: 'warning', component: 'agent' },
    ],
    ['monitoring-team', { alertname: 'TiDB_mtls_agent_missing', level: 'warning', severity: 'warning' }],
    ['everything-else', { alertname: 'TiKV_GC_can_not_work', level: 'emergency' }],
  ];
  for (const [receiver, labels] of cases) {
    t.equal(receiverOf(labels), receiver, JSON.stringify(labels));
  }
});

t.test("every alert has a route, also with TiUP's labels", present, async (t) => {
  for (const { name, level } of alerts) {
    const env = 'prod-1';
    t.match(receiverOf({ alertname: `TiDB_mtls_${name}`, level, env }), /^(on-call|.+-team)$/, name);
  }
});

t.test('inhibitions name existing alerts', async (t) => {
  const { inhibit_rules } = parse(readFileSync(config, 'utf8')) as {
    readonly inhibit_rules: readonly {
      readonly source_matchers: readonly string[];
      readonly target_matchers: readonly string[];
    }[];
  };
  const known = new Set(alerts.map(({ name }) => name));
  for (const { source_matchers, target_matchers } of inhibit_rules) {
    for (const matcher of [...source_matchers, ...target_matchers]) {
      const names = matcher.replace(/^alertname =~? "TiDB_mtls_/, '').match(/[a-z_]+/g) ?? [];
      t.ok(names.length > 0, matcher);
      for (const name of names) {
        t.ok(known.has(name), `${matcher}: ${name}`);
      }
    }
  }
});

t.test('an incident of a cluster stands for every alert on findings that incidents explain', async (t) => {
  const { inhibit_rules } = parse(readFileSync(config, 'utf8')) as { readonly inhibit_rules: readonly unknown[] };
  t.strictSame(inhibit_rules[0], incidentInhibition(alerts));
  t.ok(explainedAlerts(alerts).includes('caller_rejected'));
  t.notOk(explainedAlerts(alerts).includes('agent_missing'), 'what is no finding stays');
});

t.test("TiUP's own grouping keeps the alerts apart", async (t) => {
  // Its shipped route groups by env, instance, alertname, type, group and job: type and group are not ours to use.
  const { groups } = parse(renderTiupRules()) as {
    readonly groups: readonly { readonly rules: readonly { readonly labels?: Readonly<Record<string, string>> }[] }[];
  };
  for (const { labels = {} } of groups.flatMap(({ rules }) => rules)) {
    t.notOk('type' in labels || 'group' in labels);
  }
});
