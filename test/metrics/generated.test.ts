import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { generated } from '../../docs/generate.js';
import { renderRules } from '../../metrics/rules.js';
import { needs } from '../support/peers.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const promtool = needs('/usr/bin/promtool', 'prometheus');
const root = join(import.meta.dirname, '../..');

t.test('each generated page is what the code says (npm run docs writes them)', async (t) => {
  for (const [file, render] of Object.entries(generated)) {
    t.equal(readFileSync(join(root, file), 'utf8'), render(), file);
  }
});

const day = 86_400;

/** Certificates by lifetime and what is left of it, and the alert that speaks; undefined for silence. */
const cases: readonly (readonly [string, number, number, string | undefined])[] = [
  ['ten years, a year left', 3650 * day, 365 * day, undefined],
  ['a year, renewed 15 days before its end', 365 * day, 15 * day, undefined],
  ['a year, just above the warning', 365 * day, 14 * day + 7200, undefined],
  ['a year, just below the warning', 365 * day, 14 * day - 7200, 'TiDB_mtls_certificate_expiring'],
  ['a year, just below critical', 365 * day, 7 * day - 7200, 'TiDB_mtls_certificate_expiring_critical'],
  ['a year, hours left', 365 * day, 10 * 3600, 'TiDB_mtls_certificate_expired'],
  ['a year, ended', 365 * day, -3600, 'TiDB_mtls_certificate_expired'],
  ['a day, renewed at a third left', day, 8 * 3600, undefined],
  ['a day, above a fifth left', day, 6 * 3600, undefined],
];
const expiryAlerts = [
  'TiDB_mtls_certificate_expiring',
  'TiDB_mtls_certificate_expiring_critical',
  'TiDB_mtls_certificate_expired',
];

t.test('alerts fire, stay silent at the boundary and resolve, by promtool', promtool, async (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, 'rules.yml'), renderRules());
  execFileSync('/usr/bin/promtool', ['check', 'rules', join(directory, 'rules.yml')]);
  const at = 1800;
  const labels = 'component="tikv",instance="h:20180",position="leaf"';
  const expiry = cases.map(([name, lifetime, left, expected]) => ({
    name,
    interval: '1m',
    input_series: [
      { series: `tidb_mtls_certificate_not_after_timestamp_seconds{${labels}}`, values: `${at + left}x60` },
      { series: `tidb_mtls_certificate_not_before_timestamp_seconds{${labels}}`, values: `${at + left - lifetime}x60` },
    ],
    promql_expr_test: expiryAlerts.map((alertname) => ({
      expr: `count(ALERTS{alertname="${alertname}",alertstate="firing"}) or vector(0)`,
      eval_time: '30m',
      exp_samples: [{ labels: '{}', value: alertname === expected ? 1 : 0 }],
    })),
  }));
  const firing = (alertname: string, eval_time: string, value: number) => ({
    expr: `count(ALERTS{alertname="${alertname}",alertstate="firing"}) or vector(0)`,
    eval_time,
    exp_samples: [{ labels: '{}', value }],
  });
  const state = (series: string, values: string, alertname: string) => ({
    name: `${alertname} fires, then resolves`,
    interval: '1m',
    input_series: [{ series, values }],
    promql_expr_test: [firing(alertname, '19m', 1), firing(alertname, '60m', 0)],
  });
  const finding = (check: string) =>
    `tidb_mtls_finding{check="${check}",component="tikv",instance="h:20180",endpoint="grpc",identity="own"}`;
  const states = [
    state(
      'tidb_mtls_key_pair_matched{component="tikv",instance="h:20180"}',
      '0x20 1x60',
      'TiDB_mtls_key_pair_mismatched',
    ),
    state(finding('served-matches-file'), '3x20 0x60', 'TiDB_mtls_served_certificate_not_on_disk'),
    state(finding('endpoint-answers'), '3x20 0x60', 'TiDB_mtls_endpoint_down'),
    state(finding('caller-admitted'), '3x20 0x60', 'TiDB_mtls_caller_refused'),
    state(finding('ca-unchanged'), '3x20 0x60', 'TiDB_mtls_ca_changed_not_loaded'),
    state('tidb_mtls_credential_reloads_total{outcome="failure"}', '0 1x60', 'TiDB_mtls_reload_failed'),
    state('tidb_mtls_endpoint_up{exported_instance="x"}', '1x20 stale', 'TiDB_mtls_labels_overwritten'),
  ].map((one) =>
    one.name.includes('reload_failed')
      ? {
          ...one,
          promql_expr_test: [firing('TiDB_mtls_reload_failed', '10m', 1), firing('TiDB_mtls_reload_failed', '40m', 0)],
        }
      : one,
  );
  const vanished = {
    name: 'a vanished agent is told, and an alert whose series vanish resolves',
    interval: '1m',
    input_series: [
      { series: 'tidb_mtls_build_info{instance="a"}', values: '1x10 stale' },
      { series: finding('endpoint-answers'), values: '3x10 stale' },
    ],
    promql_expr_test: [
      firing('TiDB_mtls_agent_missing', '20m', 1),
      firing('TiDB_mtls_endpoint_down', '8m', 1),
      firing('TiDB_mtls_endpoint_down', '20m', 0),
    ],
  };
  writeFileSync(
    join(directory, 'tests.yml'),
    JSON.stringify({ rule_files: ['rules.yml'], evaluation_interval: '1m', tests: [...expiry, ...states, vanished] }),
  );
  try {
    execFileSync('/usr/bin/promtool', ['test', 'rules', join(directory, 'tests.yml')], { encoding: 'utf8' });
    t.pass(`${cases.length + states.length + 1} cases`);
  } catch (error: unknown) {
    t.fail(
      error instanceof Error && 'stdout' in error
        ? `${String(error.stdout)}${'stderr' in error ? String(error.stderr) : ''}`
        : String(error),
    );
  }
});
