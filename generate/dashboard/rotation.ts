import { none, timeLeft } from './appearance.js';
import type { Row } from './panel.js';
import { file, port, select } from './select.js';

const outdated = `(max by (${port}) (${select('findingStatus', 'check="served-matches-file"')}) > 0)`;
const written = `max by (${file}) (${select('modifiedAt')})`;
/** The time since the certificate file was written, for ports that do not serve it yet. */
const delay = `0 * ${outdated} + on (${file}) group_left () (time() - ${written})`;

export const rotationRow: Row = {
  title: 'Rotations',
  summary:
    'ports that do not yet serve the certificate on disk, and since when; a rotation without faults is a short peak',
  panels: [
    {
      kind: 'stat',
      title: 'Ports with an old certificate',
      description: 'Ports that serve a certificate other than the one on disk, before or after their reload deadline.',
      width: 4,
      height: 8,
      queries: [{ expr: `count(${outdated}) or vector(0)` }],
      style: none('orange'),
    },
    {
      kind: 'timeseries',
      title: 'Reload delay',
      description:
        'The time since the certificate file was written, for each port that serves an old certificate. Empty in a healthy cluster.',
      width: 10,
      height: 8,
      queries: [{ expr: delay, legend: '{{component}} {{instance}} {{endpoint}}' }],
      style: { unit: 's' },
    },
    {
      kind: 'table',
      title: 'Old certificates in use',
      description: 'The delay, and the time left of the certificate that the port serves. Empty in a healthy cluster.',
      width: 10,
      height: 8,
      queries: [
        { expr: `sort_desc(${delay})` },
        { expr: `${outdated} * 0 + (min by (${port}) (${select('servedNotAfter')}) - time())` },
      ],
      columns: [
        { name: 'delay', style: { unit: 's' } },
        { name: 'time left of served certificate', style: timeLeft },
      ],
    },
    {
      kind: 'timeseries',
      title: 'File changes',
      description:
        'Changes of credential files, by what detected them first. If only the sweep detects changes, file events do not work.',
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
      title: 'Triggered reloads',
      description: 'Reloads that agents with reload = "trigger" triggered on ports that serve an old certificate.',
      width: 12,
      height: 6,
      queries: [
        { expr: `sum by (kind) (increase(${select('reloadTriggers')}[$__rate_interval]))`, legend: '{{kind}}' },
      ],
    },
  ],
};
