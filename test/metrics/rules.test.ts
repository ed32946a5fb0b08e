import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { renderRules } from '../../metrics/rules.js';
import { needs } from '../support/peers.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const program = '/usr/bin/promtool';
const promtool = needs(program, 'prometheus');
const day = 86_400;
const hour = 3600;

interface Series {
  readonly series: string;
  /** promtool's notation: `1x20 stale`. */
  readonly values: string;
}

/** At a time, how many alerts of a name are there in a state (firing unless said otherwise). */
type Expected = readonly [at: string, alert: string, count: number, state?: 'pending' | 'firing'];

interface Scenario {
  readonly name: string;
  readonly interval?: string;
  readonly series: readonly Series[];
  readonly expected?: readonly Expected[];
  readonly exact?: readonly object[];
  /** No alert at all, pending or firing, from the beginning to this time. */
  readonly silentUntil?: string;
}

function promtoolTests(t: Test, evaluation_interval: string, scenarios: readonly Scenario[]): void {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, 'rules.yml'), renderRules());
  const tests = scenarios.map(({ name, interval, series, expected = [], exact, silentUntil }) => ({
    name,
    interval: interval ?? evaluation_interval,
    input_series: series,
    promql_expr_test: [
      ...expected.map(([eval_time, alert, value, state = 'firing']) => ({
        expr: `count(ALERTS{alertname="TiDB_mtls_${alert}",alertstate="${state}"}) or vector(0)`,
        eval_time,
        exp_samples: [{ labels: '{}', value }],
      })),
      ...(silentUntil === undefined
        ? []
        : [
            {
              expr: `sum(count_over_time(ALERTS[${silentUntil}])) or vector(0)`,
              eval_time: silentUntil,
              exp_samples: [{ labels: '{}', value: 0 }],
            },
          ]),
    ],
    ...(exact === undefined ? {} : { alert_rule_test: exact }),
  }));
  writeFileSync(
    join(directory, 'tests.yml'),
    JSON.stringify({ rule_files: ['rules.yml'], evaluation_interval, tests }),
  );
  const { status, stdout, stderr } = spawnSync(program, ['test', 'rules', join(directory, 'tests.yml')], {
    encoding: 'utf8',
  });
  t.equal(status, 0, `${scenarios.length} scenarios\n${status === 0 ? '' : `${stdout}${stderr}`}`);
}

function validity(labels: string, end: string, begin: string, prefix = 'certificate'): readonly Series[] {
  return [
    { series: `tidb_mtls_${prefix}_not_after_timestamp_seconds{${labels}}`, values: end },
    { series: `tidb_mtls_${prefix}_not_before_timestamp_seconds{${labels}}`, values: begin },
  ];
}

const tikv = 'component="tikv",instance="h:20180"';
const leaf = `${tikv},position="leaf"`;

function findingSeries(check: string, values: string, more = ''): Series {
  return { series: `tidb_mtls_finding{check="${check}",${tikv},endpoint="grpc",identity="own"${more}}`, values };
}

/** A certificate that at minute 30 has so much left. */
function certificate(lifetime: number, left: number, labels = leaf): readonly Series[] {
  const end = 1800 + left;
  return validity(labels, `${end}x90`, `${end - lifetime}x90`);
}

const ladder = ['certificate_expiring', 'certificate_expiring_critical', 'certificate_expired'] as const;

/** By lifetime and what is left of it, the one of the three that speaks; undefined for silence. */
const ends: readonly (readonly [string, number, number, (typeof ladder)[number] | undefined])[] = [
  ['ten years, fifteen days left', 3650 * day, 15 * day, undefined],
  ['ten years, thirteen days left', 3650 * day, 13 * day, 'certificate_expiring'],
  ['a year, renewed 15 days before its end', 365 * day, 15 * day, undefined],
  ['a year, just below the warning', 365 * day, 14 * day - 2 * hour, 'certificate_expiring'],
  ['a year, just below critical', 365 * day, 7 * day - 2 * hour, 'certificate_expiring_critical'],
  ['a year, hours left', 365 * day, 10 * hour, 'certificate_expired'],
  ['a year, ended', 365 * day, -hour, 'certificate_expired'],
  ['a day, a third left', day, 8 * hour, undefined],
  ['a day, a tenth and a bit left', day, 3 * hour, 'certificate_expiring'],
  ['a day, minutes left', day, 20 * 60, 'certificate_expired'],
];

t.test('promtool accepts the rules', promtool, async (t) => {
  const path = join(temporaryDirectory(t), 'rules.yml');
  writeFileSync(path, renderRules());
  const { status, stdout, stderr } = spawnSync(program, ['check', 'rules', path], { encoding: 'utf8' });
  t.equal(status, 0, `${stdout}${stderr}`);
});

t.test('nothing that a TiUP installation would rewrite or lacks', async (t) => {
  t.notMatch(renderRules(), /expr: .*\bjob\b/);
  t.notMatch(renderRules(), /\b(env|cluster): /);
});

t.test('ends of certificates: the right one of three, exactly at the boundary none', promtool, async (t) => {
  const boundary = (limit: number, alert: (typeof ladder)[number]): Scenario => ({
    name: `exactly at the limit of ${alert} nothing, a minute later it is pending`,
    series: certificate(365 * day, limit),
    expected: [
      ['30m', alert, 0, 'pending'],
      ['31m', alert, 1, 'pending'],
    ],
  });
  promtoolTests(t, '1m', [
    ...ends.map(([name, lifetime, left, speaks]) => ({
      name,
      series: certificate(lifetime, left),
      expected: ladder.map((alert): Expected => ['30m', alert, alert === speaks ? 1 : 0]),
    })),
    boundary(14 * day, 'certificate_expiring'),
    boundary(7 * day, 'certificate_expiring_critical'),
    boundary(day, 'certificate_expired'),
    {
      name: 'resolves with the renewal',
      series: validity(leaf, `${day * 5}x20 ${day * 365}x40`, `${-360 * day}x20 0x40`),
      expected: [
        ['18m', 'certificate_expiring_critical', 1],
        ['25m', 'certificate_expiring_critical', 0],
      ],
    },
    {
      name: 'resolves when the file is gone',
      series: validity(leaf, `${day * 5}x20 stale`, `${-360 * day}x20 stale`),
      expected: [
        ['18m', 'certificate_expiring_critical', 1],
        ['25m', 'certificate_expiring_critical', 0],
      ],
    },
    {
      name: "the agent's own certificate has a warning of its own",
      series: certificate(365 * day, 10 * day, 'component="agent",instance="a:10793",position="leaf"'),
      expected: [
        ['30m', 'agent_identity_expiring', 1],
        ['30m', 'certificate_expiring', 0],
      ],
    },
  ]);
});

t.test('what a port serves counts when it is not what the file holds', promtool, async (t) => {
  const port = `${tikv},endpoint="grpc"`;
  const fresh = validity(leaf, `${365 * day}x60`, '0x60');
  const old = (labels: string, prefix?: string) => validity(labels, `${5 * day}x60`, `${-360 * day}x60`, prefix);
  promtoolTests(t, '1m', [
    {
      name: 'renewed on disk, the old one served: the port speaks',
      series: [...fresh, ...old(port, 'served_certificate')],
      expected: [['30m', 'certificate_expiring_critical', 1]],
    },
    {
      name: 'the same on disk and served: one alert, not two',
      series: [...old(leaf), ...old(port, 'served_certificate')],
      expected: [['30m', 'certificate_expiring_critical', 1]],
    },
    {
      name: 'the files are on another node: the port speaks',
      series: old(port, 'served_certificate'),
      expected: [['30m', 'certificate_expiring_critical', 1]],
    },
  ]);
});

t.test('lifetimes with their usual renewals never cry wolf', promtool, async (t) => {
  // Each step of the series is one step of the clock; a renewal moves begin and end together.
  const renewed = (step: number, lifetime: number, renewAfter: number, rounds: number) => {
    const steps = renewAfter / step;
    const values = (offset: number) =>
      Array.from({ length: rounds }, (_, round) => `${round * renewAfter + offset}x${steps - 1}`).join(' ');
    return validity(leaf, values(lifetime), values(0));
  };
  promtoolTests(t, '5m', [
    { name: 'a day, renewed with a third left', series: renewed(300, day, 16 * hour, 5), silentUntil: '79h' },
  ]);
  promtoolTests(t, '1d', [
    { name: 'a year, renewed 15 days before', series: renewed(day, 365 * day, 350 * day, 2), silentUntil: '699d' },
    {
      name: 'ten years, the last of them, until two weeks are left',
      series: validity(leaf, `${380 * day}x370`, `${-3270 * day}x370`),
      silentUntil: '366d',
    },
  ]);
});

const states: readonly (readonly [alert: string, bad: Series, hold: number])[] = [
  ['key_pair_mismatched', { series: `tidb_mtls_key_pair_matched{${tikv}}`, values: '0' }, 2],
  ['served_certificate_not_on_disk', findingSeries('served-matches-file', '3'), 15],
  ['endpoint_down', findingSeries('endpoint-answers', '3'), 3],
  ['caller_refused', findingSeries('caller-admitted', '3'), 3],
  ['ca_changed_not_loaded', findingSeries('ca-unchanged', '2'), 5],
  [
    'labels_overwritten',
    { series: 'tidb_mtls_finding{check="x",instance="a:10793",exported_instance="h:20180"}', values: '3' },
    15,
  ],
];

t.test('states: pending until they have lasted, firing, resolved by change and by absence', promtool, async (t) => {
  promtoolTests(
    t,
    '1m',
    states.flatMap(([alert, { series, values: bad }, hold]): Scenario[] => {
      const good = bad === '0' ? '1' : '0';
      const until = (after: string): Scenario => ({
        name: `${alert}, then ${after}`,
        series: [{ series, values: `${bad}x30 ${after}` }],
        expected: [
          [`${hold - 1}m`, alert, 0],
          [`${hold - 1}m`, alert, 1, 'pending'],
          [`${hold}m`, alert, 1],
          ['30m', alert, 1],
          ['40m', alert, 0],
          ['40m', alert, 0, 'pending'],
        ],
      });
      // A series of overwritten labels is never good: it goes.
      return alert === 'labels_overwritten' ? [until('stale')] : [until(`${good}x20`), until('stale')];
    }),
  );
});

t.test('what is neither good nor failed is silent', promtool, async (t) => {
  promtoolTests(t, '1m', [
    {
      name: 'skipped and warned findings',
      series: [
        findingSeries('endpoint-answers', '1x60'),
        findingSeries('caller-admitted', '1x60'),
        findingSeries('served-matches-file', '2x60'),
      ],
      silentUntil: '60m',
    },
    { name: 'no series at all', series: [{ series: 'up', values: '1x60' }], silentUntil: '60m' },
  ]);
});

t.test('several agents and several clusters', promtool, async (t) => {
  promtoolTests(t, '1m', [
    {
      name: 'two agents of two minds give one alert that does not flap',
      series: [
        findingSeries('endpoint-answers', '3x60', ',agent="a"'),
        findingSeries('endpoint-answers', '0x60', ',agent="b"'),
      ],
      expected: [
        ['10m', 'endpoint_down', 1],
        ['50m', 'endpoint_down', 1],
      ],
    },
    {
      name: 'the same pod name in two clusters stays two, and the alert names its cluster',
      series: [
        {
          series: 'tidb_mtls_key_pair_matched{component="tikv",instance="db-tikv-0",tidb_cluster="x"}',
          values: '0x60',
        },
        {
          series: 'tidb_mtls_key_pair_matched{component="tikv",instance="db-tikv-0",tidb_cluster="y"}',
          values: '1x60',
        },
      ],
      exact: [
        {
          eval_time: '10m',
          alertname: 'TiDB_mtls_key_pair_mismatched',
          exp_alerts: [
            {
              exp_labels: {
                component: 'tikv',
                instance: 'db-tikv-0',
                tidb_cluster: 'x',
                level: 'critical',
                severity: 'critical',
              },
              exp_annotations: {
                summary: 'key and certificate on disk do not belong together',
                description: 'component: tikv, instance: db-tikv-0, values: 0',
                value: '0',
                runbook_url: 'docs/checks.md#key-matches-certificate',
              },
            },
          ],
        },
      ],
    },
    {
      name: 'an emergency is critical for those who sort by severity, and its text has the time left',
      series: certificate(365 * day, 12 * hour),
      exact: [
        {
          eval_time: '30m',
          alertname: 'TiDB_mtls_certificate_expired',
          exp_alerts: [
            {
              exp_labels: {
                component: 'tikv',
                instance: 'h:20180',
                position: 'leaf',
                level: 'emergency',
                severity: 'critical',
              },
              exp_annotations: {
                summary: 'a certificate ended or is about to',
                description: 'component: tikv, instance: h:20180, position: leaf, values: 12h 0m 0s',
                value: '43200',
                runbook_url: 'docs/checks.md#certificate-validity',
              },
            },
          ],
        },
      ],
    },
  ]);
});

t.test('reloads of the agent, and the agent itself', promtool, async (t) => {
  const reloads = (outcome: string, values: string): Series => ({
    series: `tidb_mtls_credential_reloads_total{outcome="${outcome}",instance="a:10793"}`,
    values,
  });
  const build = (version: string, values: string): Series => ({
    series: `tidb_mtls_build_info{version="${version}",instance="a:10793"}`,
    values,
  });
  promtoolTests(t, '1m', [
    {
      name: 'a pair that cannot be taken fires and resolves',
      series: [reloads('failure', '0x5 1x60'), reloads('success', '0x66')],
      expected: [
        ['13m', 'reload_failed', 1],
        ['40m', 'reload_failed', 0],
      ],
    },
    {
      name: 'certificate first, key a moment later: a rotation, no alert',
      series: [reloads('failure', '0x5 1x60'), reloads('success', '0x5 1x60')],
      silentUntil: '60m',
    },
    {
      name: 'a vanished agent fires, and is forgotten after a while',
      series: [build('1', '1x20 stale')],
      expected: [
        ['20m', 'agent_missing', 0],
        ['27m', 'agent_missing', 1],
        ['40m', 'agent_missing', 0],
      ],
    },
    {
      name: 'an upgrade is no absence',
      series: [build('1', '1x20 stale'), build('2', '_x20 1x40')],
      silentUntil: '60m',
    },
  ]);
});
