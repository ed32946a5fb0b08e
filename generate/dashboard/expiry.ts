import { timeLeft } from './appearance.js';
import type { Row } from './panel.js';
import { file, port, select } from './select.js';

const ca = `label_replace(min by (${file}, subject, fingerprint) (${select('caNotAfter', 'in_use="true"')}), "position", "ca", "", "")`;
const onDisk = `min by (${file}, position) (${select('notAfter')}) or ${ca}`;
const served = `label_replace(min by (${port}) (${select('servedNotAfter')}), "position", "served", "", "")`;
const year = 365 * 86_400;
const soonest = 40;

export const expiryRow: Row = {
  title: 'Certificate expiry',
  summary: 'when each certificate expires, on disk (leaf, intermediate, CA) and as served, for the next year',
  panels: [
    {
      kind: 'table',
      title: 'Expiry',
      description:
        'The expiry of the leaf, of the intermediates and of each CA in use, and of the certificate that each port serves. A CA that only lies in a file is left out.',
      width: 12,
      height: 10,
      queries: [{ expr: `sort((${onDisk} or ${served}) - time())` }, { expr: `(${onDisk} or ${served}) * 1000` }],
      columns: [
        { name: 'left', style: timeLeft },
        { name: 'expires', style: { unit: 'dateTimeAsIso' } },
      ],
    },
    {
      kind: 'bargauge',
      title: 'Time left of one year',
      description: `The full width is a year. The ${soonest} certificates that expire first.`,
      width: 12,
      height: 10,
      queries: [
        {
          expr: `sort(bottomk(${soonest}, (${onDisk} or ${served}) - time()))`,
          legend: '{{component}} {{instance}} {{endpoint}} {{position}} {{subject}}',
        },
      ],
      style: { ...timeLeft, max: year },
    },
    {
      kind: 'timeseries',
      title: 'Time left of leaf certificates',
      description:
        'Decreases steadily and jumps up at each renewal. A line that never jumps is a certificate that is not renewed.',
      width: 24,
      height: 7,
      queries: [
        {
          expr: `min by (${file}) (${select('notAfter', 'position="leaf"')}) - time()`,
          legend: '{{component}} {{instance}}',
        },
      ],
      style: { unit: 's' },
    },
  ],
};
