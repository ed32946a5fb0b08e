import { result } from './appearance.js';
import type { Row } from './panel.js';
import { attempt, select } from './select.js';

export const rejectionsRow: Row = {
  title: 'Rejections',
  summary:
    'rejections by reason over time, and the clients that are rejected or accepted against the configuration now',
  panels: [
    {
      kind: 'timeseries',
      title: 'Rejections by reason',
      description: 'Negative probes are rejected all the time. Style for a reason that was not there before.',
      width: 12,
      height: 8,
      queries: [
        { expr: `sum by (reason) (increase(${select('rejections')}[$__rate_interval]))`, legend: '{{reason}}' },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Callers rejected',
      description: 'Rejections of the agent and of components on ports that they call. Empty in a healthy cluster.',
      width: 12,
      height: 8,
      queries: [
        {
          expr: `sum by (${attempt}) (increase(${select('probes', 'outcome="rejected"')}[$__rate_interval])) unless on (${attempt}) ${select('findingStatus', 'check="rejects-unauthorized"')}`,
          legend: '{{identity}} by {{component}} {{instance}} {{endpoint}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Probes of the agent by outcome',
      description: "Probes with the agent's certificate, per second.",
      width: 12,
      height: 8,
      queries: [
        {
          expr: `sum by (outcome) (rate(${select('probes', 'identity="agent"')}[$__rate_interval]))`,
          legend: '{{outcome}}',
        },
      ],
      style: { unit: 'ops' },
    },
    {
      kind: 'table',
      title: 'Differences from the configuration',
      description: 'Callers that are rejected and unauthorized clients that are accepted. Empty in a healthy cluster.',
      width: 12,
      height: 8,
      queries: [
        {
          expr: `sort_desc(max by (check, ${attempt}) (${select('findingStatus', 'check=~"caller-accepted|rejects-unauthorized|requests-certificate"')}) > 1)`,
        },
      ],
      columns: [{ name: 'result', style: result }],
    },
  ],
};
