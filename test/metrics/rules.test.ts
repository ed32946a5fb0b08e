import t from 'tap';
import { renderRules } from '../../metrics/rules.js';
import {
  certificate,
  checkRules,
  day,
  findingSeries,
  hour,
  promtool,
  promtoolTests,
  type Scenario,
  type Series,
  tikv,
} from '../support/promtool.js';

t.test('promtool accepts the rules', promtool, async (t) => {
  const { status, output } = checkRules(t);
  t.equal(status, 0, output);
});

t.test('nothing that a TiUP installation would rewrite or lacks', async (t) => {
  t.notMatch(renderRules(), /expr: .*\bjob\b/);
  t.notMatch(renderRules(), /\b(env|cluster): /);
});

const states: readonly (readonly [alert: string, bad: Series, hold: number])[] = [
  ['key_pair_mismatched', { series: `tidb_mtls_key_pair_matched{${tikv}}`, values: '0' }, 2],
  ['served_certificate_not_on_disk', findingSeries('served-matches-file', '3'), 15],
  ['endpoint_down', findingSeries('endpoint-answers', '3'), 3],
  ['caller_refused', findingSeries('caller-admitted', '3'), 3],
  ['stranger_admitted', findingSeries('strangers-refused', '3'), 0],
  ['file_unsafe', findingSeries('file-safe', '3'), 0],
  ['restart_would_fail', findingSeries('survives-restart', '3'), 5],
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
          ...(hold === 0
            ? []
            : ([
                [`${hold - 1}m`, alert, 0],
                [`${hold - 1}m`, alert, 1, 'pending'],
              ] as const)),
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

t.test('a CA in the files of some components and not of others, by key and not by name', promtool, async (t) => {
  const ca = (instance: string, fingerprint: string, cluster = 'x'): Series => ({
    series: `tidb_mtls_ca_info{component="tikv",instance="${instance}",tidb_cluster="${cluster}",subject="O=PingCAP",fingerprint="${fingerprint}"}`,
    values: '1x120',
  });
  promtoolTests(t, '1m', [
    {
      name: 'one component has another CA of the same name',
      series: [ca('a', 'old'), ca('b', 'old'), ca('c', 'new')],
      expected: [
        ['59m', 'ca_files_differ', 0],
        ['60m', 'ca_files_differ', 2],
      ],
    },
    {
      name: 'everybody has the bundle, and another cluster another CA',
      series: [ca('a', 'old'), ca('a', 'new'), ca('b', 'old'), ca('b', 'new'), ca('a', 'other', 'y')],
      silentUntil: '110m',
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
