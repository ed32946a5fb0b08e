import { none } from './appearance.js';
import type { Panel, Row } from './panel.js';
import { selectProxy } from './select.js';

const listener = 'tidb_cluster, instance, listener';
const legend = '{{instance}} {{listener}}';

function over(title: string, description: string, queries: Panel['queries'], unit: string): Panel {
  return { kind: 'timeseries', title, description, width: 8, height: 7, queries, look: { unit } };
}

function setup(quantile: number): Panel['queries'][number] {
  return {
    expr: `histogram_quantile(${quantile}, sum by (tidb_cluster, instance, listener, le) (rate(${selectProxy('setup', '', '_bucket')}[$__rate_interval])))`,
    legend: `${legend} ${quantile}`,
  };
}

export const proxyRow: Row = {
  title: 'Proxy',
  tells: 'connections, refusals and bytes of the listeners that run beside the agent or by themselves',
  panels: [
    over(
      'Connections accepted',
      'TCP connections, per second.',
      [{ expr: `sum by (${listener}) (rate(${selectProxy('accepted')}[$__rate_interval]))`, legend }],
      'cps',
    ),
    over(
      'Connections open',
      'In service now.',
      [{ expr: `sum by (${listener}) (${selectProxy('open')})`, legend }],
      'short',
    ),
    over(
      'Refusals of the proxy',
      'Connections that did not come into service.',
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
      'Of connections that have ended, per second.',
      [
        {
          expr: `sum by (${listener}, direction) (rate(${selectProxy('bytes')}[$__rate_interval]))`,
          legend: `${legend} {{direction}}`,
        },
      ],
      'Bps',
    ),
    over(
      'Time to service',
      'Handshakes and the connection to the target: half of them, and all but one in a hundred.',
      [setup(0.5), setup(0.99)],
      's',
    ),
    {
      kind: 'table',
      title: 'Listeners',
      description:
        'Which pair new connections get, counted from 1 at the start, and what could not be accepted in a day.',
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
        { name: 'pair' },
        { name: 'not accepted', look: none('red') },
        { name: 'mean life', look: { unit: 's' } },
      ],
    },
  ],
};
