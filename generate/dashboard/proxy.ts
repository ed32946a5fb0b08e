import { none } from './appearance.js';
import type { Panel, Row } from './panel.js';
import { selectProxy } from './select.js';

const listener = 'tidb_cluster, instance, listener';
const legend = '{{instance}} {{listener}}';

function over(title: string, description: string, queries: Panel['queries'], unit: string): Panel {
  return { kind: 'timeseries', title, description, width: 8, height: 7, queries, style: { unit } };
}

function setup(quantile: number): Panel['queries'][number] {
  return {
    expr: `histogram_quantile(${quantile}, sum by (tidb_cluster, instance, listener, le) (rate(${selectProxy('setup', '', '_bucket')}[$__rate_interval])))`,
    legend: `${legend} ${quantile}`,
  };
}

export const proxyRow: Row = {
  title: 'Proxy',
  summary: 'connections, rejections and bytes of the proxy listeners, inside the agent or in a process of their own',
  panels: [
    over(
      'Connections accepted',
      'TCP connections, per second.',
      [{ expr: `sum by (${listener}) (rate(${selectProxy('accepted')}[$__rate_interval]))`, legend }],
      'cps',
    ),
    over(
      'Connections open',
      'Connections that are established now.',
      [{ expr: `sum by (${listener}) (${selectProxy('open')})`, legend }],
      'short',
    ),
    over(
      'Rejections of the proxy',
      'Connections that were closed before they were established, by reason.',
      [
        {
          expr: `sum by (${listener}, reason) (increase(${selectProxy('rejected')}[$__rate_interval])) > 0`,
          legend: `${legend} {{reason}}`,
        },
      ],
      'short',
    ),
    over(
      'Bytes',
      'Bytes of closed connections, per second.',
      [
        {
          expr: `sum by (${listener}, direction) (rate(${selectProxy('bytes')}[$__rate_interval]))`,
          legend: `${legend} {{direction}}`,
        },
      ],
      'Bps',
    ),
    over(
      'Setup time',
      'Handshakes and the connection to the target: median and 99th percentile.',
      [setup(0.5), setup(0.99)],
      's',
    ),
    {
      kind: 'table',
      title: 'Listeners',
      description:
        'Version of the certificate that new connections use, counted from 1 at the start; accept errors and mean duration of a day.',
      width: 8,
      height: 7,
      queries: [
        { expr: `max by (${listener}) (${selectProxy('version')})` },
        { expr: `sum by (${listener}) (increase(${selectProxy('acceptErrors')}[1d]))` },
        {
          expr: `sum by (${listener}) (rate(${selectProxy('lifetime', '', '_sum')}[1d])) / sum by (${listener}) (rate(${selectProxy('lifetime', '', '_count')}[1d]))`,
        },
      ],
      columns: [
        { name: 'certificate version' },
        { name: 'accept errors', style: none('red') },
        { name: 'mean duration', style: { unit: 's' } },
      ],
    },
  ],
};
