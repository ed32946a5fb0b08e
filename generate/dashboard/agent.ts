import { none, yesOrNo } from './appearance.js';
import type { Row } from './panel.js';
import { recorded, select } from './select.js';

/** Of what an agent says of itself, `instance` is its address. */
const one = 'tidb_cluster, instance';

export const agentRow: Row = {
  title: 'Agents',
  tells: 'whether the agents themselves are well: versions, their last look, configuration, identities, durations',
  panels: [
    {
      kind: 'table',
      title: 'Agents',
      description: 'One line per agent. An agent that is missing here is in the alert TiDB_mtls_agent_missing.',
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
        { name: 'last look', look: { unit: 's', colours: [{ colour: 'green' }, { colour: 'red', from: 900 }] } },
        { name: 'configuration in force', look: yesOrNo },
        { name: 'web configuration in force', look: yesOrNo },
        { name: 'pairs on disk in use', look: yesOrNo },
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
      description: 'Ports that did not answer every agent that looks at them, by component. From the recording rules.',
      width: 5,
      height: 8,
      queries: [
        {
          expr: `sum by (component) (${recorded('tidb_mtls:endpoints_unverified:count', ['component'])})`,
          legend: '{{component}}',
        },
      ],
      look: none('orange'),
    },
    {
      kind: 'timeseries',
      title: 'Longest probe',
      description: 'The slowest port of each component.',
      width: 12,
      height: 7,
      queries: [{ expr: `max by (component) (${select('probeSeconds')})`, legend: '{{component}}' }],
      look: { unit: 's' },
    },
    {
      kind: 'timeseries',
      title: "Changes of the agents' pairs",
      description: 'Pairs taken after a change on disk, and pairs that could not be taken.',
      width: 12,
      height: 7,
      queries: [{ expr: `sum by (outcome) (increase(${select('reloads')}[$__rate_interval]))`, legend: '{{outcome}}' }],
    },
  ],
};
