import { result } from './appearance.js';
import type { Row } from './panel.js';
import { attempt, select } from './select.js';

export const rejectionsRow: Row = {
  title: 'Refusals',
  tells: 'who is refused and why over time, and who is refused or let in now against the configuration',
  panels: [
    {
      kind: 'timeseries',
      title: 'Refusals by reason',
      description: 'Strangers are refused at each visit; what matters is a reason that was not there before.',
      width: 12,
      height: 8,
      queries: [
        { expr: `sum by (reason) (increase(${select('rejections')}[$__rate_interval]))`, legend: '{{reason}}' },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Callers refused',
      description: "Refusals of the agent's own identity and of components on ports that they call. None is good.",
      width: 12,
      height: 8,
      queries: [
        {
          expr: `sum by (${attempt}) (increase(${select('probes', 'outcome="refused"')}[$__rate_interval])) unless on (${attempt}) ${select('findingStatus', 'check="rejects-unauthorized"')}`,
          legend: '{{identity}} by {{component}} {{instance}} {{endpoint}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Own probes by outcome',
      description: "Probes with the agent's own identity, per second.",
      width: 12,
      height: 8,
      queries: [
        {
          expr: `sum by (outcome) (rate(${select('probes', 'identity="agent"')}[$__rate_interval]))`,
          legend: '{{outcome}}',
        },
      ],
      look: { unit: 'ops' },
    },
    {
      kind: 'table',
      title: 'Against the configuration now',
      description: 'Callers that are refused and strangers that are let in. Empty is good.',
      width: 12,
      height: 8,
      queries: [
        {
          expr: `sort_desc(max by (check, ${attempt}) (${select('findingStatus', 'check=~"caller-accepted|rejects-unauthorized|requests-certificate"')}) > 1)`,
        },
      ],
      columns: [{ name: 'verdict', look: result }],
    },
  ],
};
