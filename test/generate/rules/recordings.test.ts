import t from 'tap';
import { parse } from 'yaml';
import { renderRecordings, renderRules } from '../../../generate/rules/render.js';
import { agentSeries } from '../../support/alert-cases.js';
import { day, findingSeries, promtool, promtoolTests, type Series } from '../../support/promtool.js';

/** Both files, loaded together as in Prometheus. */
function both(): string {
  return JSON.stringify({ groups: [...parse(renderRules()).groups, ...parse(renderRecordings()).groups] });
}

const labels = (component: string, instance: string) =>
  `component="${component}",instance="${instance}",tidb_cluster="x"`;

function ca(instance: string, key: string, agent: string, inUse = 'true'): Series {
  return {
    series: `tidb_mtls_ca_certificate_not_after_timestamp_seconds{${labels('tikv', instance)},fingerprint="${key} ${instance}",key_fingerprint="${key}",in_use="${inUse}",agent="${agent}"}`,
    values: '1x20',
  };
}

function ends(component: string, days: number): Series {
  return {
    series: `tidb_mtls_certificate_not_after_timestamp_seconds{${labels(component, component)},position="leaf"}`,
    values: `${600 + days * day}x20`,
  };
}

t.test('figures of a cluster from all its agents', promtool, async (t) => {
  const build = (instance: string, version: string): Series => ({
    series: `tidb_mtls_build_info{instance="${instance}",version="${version}"}`,
    values: '1x20',
  });
  promtoolTests(
    t,
    '1m',
    [
      {
        name: 'CAs in use count once by key, however many files and agents have them',
        series: [
          ...[ca('a', 'old', 'one'), ca('a', 'old', 'two'), ca('b', 'old', 'one'), ca('b', 'new', 'one')],
          ca('b', 'of the system', 'one', 'false'),
        ],
        expressions: [['sum(tidb_mtls:cas_in_use:count)', '10m', 2]],
      },
      {
        name: 'agents by version',
        series: [build('a:1', '1'), build('b:1', '1'), build('c:1', '2')],
        expressions: [
          ['sum(tidb_mtls:agents:count{version="1"})', '10m', 2],
          ['sum(tidb_mtls:agents:count{version="2"})', '10m', 1],
        ],
      },
      {
        name: 'a port is verified when every agent that looks at it had an answer',
        series: [
          findingSeries('endpoint-answers', '0x20', ',agent="a"'),
          findingSeries('endpoint-answers', '3x20', ',agent="b"'),
          {
            series:
              'tidb_mtls_finding{check="endpoint-answers",component="pd",instance="p",endpoint="client",identity="agent"}',
            values: '0x20',
          },
        ],
        expressions: [
          ['sum(tidb_mtls:endpoints:count)', '10m', 2],
          ['sum(tidb_mtls:endpoints_unverified:count{component="tikv"})', '10m', 1],
          ['sum(tidb_mtls:endpoints_unverified:count{component="pd"})', '10m', 0],
          ['sum(tidb_mtls:findings_failed:count{check="endpoint-answers"})', '10m', 1],
        ],
      },
      {
        name: 'the soonest end of each component',
        series: [ends('tikv', 30), ends('tidb', 60), agentSeries('instances', '1x20')],
        expressions: [
          // One group reads what another has recorded, in this minute or the one before: whole days are the same in both.
          [`floor(sum(tidb_mtls:certificate_remaining_seconds:min{component="tikv"}) / ${day})`, '10m', 30],
          [`floor(sum(tidb_mtls:certificate_remaining_seconds:min{component="tidb"}) / ${day})`, '10m', 60],
        ],
      },
    ],
    both,
  );
});
