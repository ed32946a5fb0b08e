import t from 'tap';
import { agentSeries } from '../../support/alert-cases.js';
import { day, hour, promtool, promtoolTests, type Series, tikv } from '../../support/promtool.js';

const build = (version: string, values: string) => agentSeries('build_info', values, `,version="${version}"`);

t.test('an agent that is no longer scraped', promtool, async (t) => {
  promtoolTests(t, '1m', [
    {
      name: 'fires, and goes on doing so',
      series: [build('1', '1x20 stale')],
      expected: [
        ['20m', 'agent_missing', 0],
        ['28m', 'agent_missing', 1],
        ['12h', 'agent_missing', 1],
      ],
    },
    {
      name: 'an upgrade is no absence',
      series: [build('1', '1x20 stale'), build('2', '_x21 1x40')],
      silentUntil: '60m',
    },
    { name: 'a restart of two minutes neither', series: [build('1', '1x20 _x2 1x40')], silentUntil: '60m' },
    {
      name: 'back again is resolved',
      series: [build('1', '1x20 stale _x30 1x60')],
      expected: [
        ['40m', 'agent_missing', 1],
        ['60m', 'agent_missing', 0],
      ],
    },
  ]);
  promtoolTests(t, '5m', [
    {
      name: 'three days later it is forgotten',
      series: [build('1', '1x4 stale')],
      expected: [
        ['71h', 'agent_missing', 1],
        ['73h', 'agent_missing', 0],
      ],
    },
  ]);
});

t.test('an agent that answers scrapes and does not evaluate', promtool, async (t) => {
  promtoolTests(t, '1m', [
    {
      name: 'judged an hour ago',
      series: [agentSeries('last_check_timestamp_seconds', '0x10 600x60')],
      expected: [
        ['20m', 'agent_stuck', 0],
        ['35m', 'agent_stuck', 1],
      ],
    },
    {
      name: 'judging all the time',
      series: [agentSeries('last_check_timestamp_seconds', '0+60x60')],
      silentUntil: '60m',
    },
  ]);
});

t.test('different versions for a day; file events that do not work', promtool, async (t) => {
  const change = (detectedBy: string, values: string) =>
    agentSeries('file_changes_total', values, `,detected_by="${detectedBy}"`);
  promtoolTests(t, '15m', [
    {
      name: 'two versions',
      series: [
        build('1', '1x120'),
        { ...build('2', '1x120'), series: 'tidb_mtls_build_info{instance="b:10793",version="2"}' },
      ],
      expected: [
        ['23h', 'agent_versions_differ', 0],
        ['25h', 'agent_versions_differ', 1],
      ],
    },
    {
      name: 'sweeps alone',
      series: [change('sweep', '0x4 1x100'), change('event', '0x105')],
      expected: [
        ['45m', 'file_events_missing', 0],
        ['2h', 'file_events_missing', 1],
      ],
    },
    {
      name: 'events, and one sweep that came between',
      series: [change('sweep', '0x4 1x80'), change('event', '0x4 3x80')],
      silentUntil: '20h',
    },
  ]);
});

t.test('a certificate that the agent cannot load', promtool, async (t) => {
  const current = (identity: string, values: string) =>
    agentSeries('identity_current', values, `,identity="${identity}"`);
  promtoolTests(t, '1m', [
    {
      name: 'fires as long as it lasts, also right after another pair was taken',
      series: [
        current('agent', '1x3 0x90'),
        current('tikv', '0x3 1x90'),
        agentSeries('credential_reloads_total', '0x3 1x90', ',outcome="success"'),
      ],
      expected: [
        ['9m', 'reload_failed', 1],
        ['80m', 'reload_failed', 1],
      ],
    },
    {
      name: 'certificate first, key a moment later: a rotation',
      series: [current('agent', '1x5 0 1x60')],
      expected: [
        ['6m', 'reload_failed', 1, 'pending'],
        ['7m', 'reload_failed', 0, 'pending'],
        ['12m', 'reload_failed', 0],
      ],
    },
  ]);
});

t.test('a port whose probes fail now and then', promtool, async (t) => {
  const probes = (outcome: string, values: string): Series => ({
    series: `tidb_mtls_probes_total{${tikv},endpoint="grpc",identity="agent",outcome="${outcome}"}`,
    values,
  });
  promtoolTests(t, '1m', [
    {
      name: 'one of five fails',
      series: [probes('accepted', '0+4x120'), probes('timeout', '0+1x120')],
      expected: [['60m', 'endpoint_flapping', 1]],
    },
    {
      name: 'one of fifty fails',
      series: [probes('accepted', '0+49x120'), probes('timeout', '0+1x120')],
      expected: [['60m', 'endpoint_flapping', 0]],
    },
    {
      name: 'what is down has an alert already',
      series: [
        probes('accepted', '0x120'),
        probes('timeout', '0+4x120'),
        {
          series: `tidb_mtls_finding{check="endpoint-answers",${tikv},endpoint="grpc",identity="agent"}`,
          values: '3x120',
        },
      ],
      expected: [
        ['60m', 'endpoint_flapping', 0],
        ['60m', 'endpoint_down', 1],
      ],
    },
  ]);
});

t.test('the alerts of an expiring certificate follow each other without a gap', promtool, async (t) => {
  const ends = (atMinute: number, limit: number): readonly Series[] => [
    {
      series: `tidb_mtls_certificate_not_after_timestamp_seconds{${tikv},position="leaf"}`,
      values: `${limit + atMinute * 60}x150`,
    },
    {
      series: `tidb_mtls_certificate_not_before_timestamp_seconds{${tikv},position="leaf"}`,
      values: `${limit - 365 * day}x150`,
    },
  ];
  const firing = (alerts: string) =>
    `count(ALERTS{alertname=~"TiDB_mtls_certificate_(${alerts})",alertstate="firing"}) > bool 0`;
  const never = (alerts: string) => [`min_over_time((${firing(alerts)})[60m:1m])`, '120m', 1] as const;
  promtoolTests(t, '1m', [
    { name: 'warning to critical', series: ends(90, 7 * day), expressions: [never('expiring|expiring_critical')] },
    { name: 'critical to emergency', series: ends(90, 24 * hour), expressions: [never('expiring_critical|expired')] },
  ]);
});
