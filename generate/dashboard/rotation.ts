import { none, timeLeft } from './appearance.js';
import type { Row } from './panel.js';
import { file, port, select } from './select.js';

const behind = `(max by (${port}) (${select('findingStatus', 'check="served-matches-file"')}) > 0)`;
const written = `max by (${file}) (${select('modifiedAt')})`;
/** Since the certificate file was written, for the ports that do not serve it yet. */
const lag = `0 * ${behind} + on (${file}) group_left () (time() - ${written})`;

export const rotationRow: Row = {
  title: 'Rotations',
  tells: 'which ports do not yet serve the certificate on disk, and since when; a rotation that works is a short peak',
  panels: [
    {
      kind: 'stat',
      title: 'Ports behind',
      description: 'Ports that serve another certificate than the one on disk, still in time or not.',
      width: 4,
      height: 8,
      queries: [{ expr: `count(${behind}) or vector(0)` }],
      look: none('orange'),
    },
    {
      kind: 'timeseries',
      title: 'Lag behind the file',
      description:
        'For each port that is behind, the time since the certificate file was written. Nothing to draw is good.',
      width: 10,
      height: 8,
      queries: [{ expr: lag, legend: '{{component}} {{instance}} {{endpoint}}' }],
      look: { unit: 's' },
    },
    {
      kind: 'table',
      title: 'Behind now',
      description: 'Lag, and what is left of the certificate served. Empty is good.',
      width: 10,
      height: 8,
      queries: [
        { expr: `sort_desc(${lag})` },
        { expr: `${behind} * 0 + (min by (${port}) (${select('servedNotAfter')}) - time())` },
      ],
      columns: [
        { name: 'lag', look: { unit: 's' } },
        { name: 'left of what is served', look: timeLeft },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Changes of files',
      description:
        'Changes of credential files, by what saw them first. Sweeps alone mean that file events do not arrive.',
      width: 12,
      height: 6,
      queries: [
        {
          expr: `sum by (detected_by) (increase(${select('fileChanges')}[$__rate_interval]))`,
          legend: '{{detected_by}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Nudges',
      description: 'What agents with reload = "trigger" did for ports that stayed behind.',
      width: 12,
      height: 6,
      queries: [
        { expr: `sum by (kind) (increase(${select('reloadTriggers')}[$__rate_interval]))`, legend: '{{kind}}' },
      ],
    },
  ],
};
