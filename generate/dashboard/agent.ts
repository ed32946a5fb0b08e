import { none, yesOrNo } from './appearance.js';
import type { Row } from './panel.js';
import { recorded, select } from './select.js';

/** In an agent's metrics about itself, `instance` is the agent's address. */
const one = 'tidb_cluster, instance';

export const agentRow: Row = {
  title: 'Agents',
  summary: 'the agents: versions, last evaluation, configuration, identities and probe durations',
  panels: [
    {
      kind: 'table',
      title: 'Agents',
      description: 'One line per agent. The alert TiDB_mtls_agent_missing reports an agent that is missing here.',
      width: 14,
      height: 8,
      queries: [
        {
          expr: `time() - max by (${one}, version) (${select('lastCheck')} + on (${one}) group_left (version) 0 * ${select('buildInfo')})`,
        },
        { expr: `min by (${one}) (${select('configReloadOk')})` },
        { expr: `min by (${one}) (${select('webConfigReloadOk')})` },
        { expr: `min by (${one}) (${select('identityCurrent')})` },
      ],
      columns: [
        { name: 'last evaluation', style: { unit: 's', colours: [{ colour: 'green' }, { colour: 'red', from: 900 }] } },
        { name: 'configuration loaded', style: yesOrNo },
        { name: 'web configuration loaded', style: yesOrNo },
        { name: 'certificates on disk in use', style: yesOrNo },
      ],
    },
    {
      kind: 'stat',
      title: 'Agents by version',
      description: 'From the recording rules.',
      width: 5,
      height: 8,
      queries: [{ expr: `sum by (version) (${recorded('tidb_mtls:agents:count')})`, legend: '{{version}}' }],
    },
    {
      kind: 'bargauge',
      title: 'Ports not verified',
      description: 'Ports that did not answer every agent that probes them, by component. From the recording rules.',
      width: 5,
      height: 8,
      queries: [
        {
          expr: `sum by (component) (${recorded('tidb_mtls:endpoints_unverified:count', ['component'])})`,
          legend: '{{component}}',
        },
      ],
      style: none('orange'),
    },
    {
      kind: 'timeseries',
      title: 'Longest probe',
      description: 'The slowest port of each component.',
      width: 12,
      height: 7,
      queries: [{ expr: `max by (component) (${select('probeSeconds')})`, legend: '{{component}}' }],
      style: { unit: 's' },
    },
    {
      kind: 'timeseries',
      title: 'Certificate reloads of the agents',
      description: 'Reloads after a change on disk, by outcome.',
      width: 12,
      height: 7,
      queries: [{ expr: `sum by (outcome) (increase(${select('reloads')}[$__rate_interval]))`, legend: '{{outcome}}' }],
    },
  ],
};
