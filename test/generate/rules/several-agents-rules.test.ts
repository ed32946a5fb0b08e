import t from 'tap';
import { runbookBase } from '../../../generate/rules/render.js';
import { certificate, day, findingSeries, hour, promtool, promtoolTests, type Series } from '../../support/promtool.js';

t.test('inconclusive results and warnings cause no alert of failures', promtool, async (t) => {
  promtoolTests(t, '1m', [
    {
      name: 'inconclusive findings and warnings',
      series: [
        findingSeries('caller-accepted', '1x60'),
        findingSeries('rejects-unauthorized', '2x60'),
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
                summary: 'the key on disk does not match the certificate on disk',
                description: 'component: tikv, instance: db-tikv-0, values: 0',
                value: '0',
                runbook_url: `${runbookBase}#key_pair_mismatched`,
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
                summary: 'a certificate has expired, or expires within a day',
                description: 'component: tikv, instance: h:20180, position: leaf, values: 12h 0m 0s',
                value: '43200',
                runbook_url: `${runbookBase}#certificate_expired`,
              },
            },
          ],
        },
      ],
    },
  ]);
});

t.test('a CA in use that is in the files of some components and not of others, by key', promtool, async (t) => {
  const ca = (instance: string, key: string, inUse: boolean, cluster = 'x', fingerprint = key): Series => ({
    series: `tidb_mtls_ca_certificate_not_after_timestamp_seconds{component="tikv",instance="${instance}",tidb_cluster="${cluster}",subject="O=PingCAP",fingerprint="${fingerprint}",key_fingerprint="${key}",in_use="${inUse}"}`,
    values: `${3650 * day}x120`,
  });
  promtoolTests(t, '1m', [
    {
      name: 'one component has another CA of the same name',
      series: [ca('a', 'old', true), ca('b', 'old', true), ca('c', 'new', true)],
      expected: [
        ['59m', 'ca_files_differ', 0],
        ['60m', 'ca_files_differ', 2],
      ],
    },
    {
      name: 'one component verifies by a CA that lies unused in one other file, and is in no third',
      series: [
        ca('a', 'old', true),
        ca('a', 'new', false),
        ca('b', 'new', true),
        ca('b', 'old', false),
        ca('c', 'old', true),
      ],
      expected: [['60m', 'ca_files_differ', 1]],
    },
    {
      name: 'everybody has the bundle, and another cluster another CA',
      series: [
        ...[ca('a', 'old', true), ca('a', 'new', false), ca('b', 'old', false), ca('b', 'new', true)],
        ca('a', 'other', true, 'y'),
      ],
      silentUntil: '110m',
    },
    {
      name: 'the bundle of the system in one file, an expired CA in another, and a CA renewed with its key in a third',
      series: [
        ...[ca('a', 'own', true), ca('b', 'own', true), ca('c', 'own', true, 'x', 'renewed')],
        ...Array.from({ length: 20 }, (_, index) => ca('a', `system ${index}`, false)),
        { ...ca('b', 'expired', false), values: `${-day}x120` },
      ],
      silentUntil: '110m',
    },
  ]);
});
