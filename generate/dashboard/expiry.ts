import { timeLeft } from './appearance.js';
import type { Row } from './panel.js';
import { file, port, select } from './select.js';

const onDisk = `min by (${file}, position) (${select('notAfter')})`;
const served = `label_replace(min by (${port}) (${select('servedNotAfter')}), "position", "served", "", "")`;
const year = 365 * 86_400;
const soonest = 40;

export const expiryRow: Row = {
  title: 'Ends of certificates',
  tells: 'when each certificate ends, on disk (leaf, intermediate, CA) and as served, from now to a year ahead',
  panels: [
    {
      kind: 'table',
      title: 'Ends',
      description: 'The first end in each file by position, and the end of what each port serves.',
      width: 12,
      height: 10,
      queries: [{ expr: `sort((${onDisk} or ${served}) - time())` }, { expr: `(${onDisk} or ${served}) * 1000` }],
      columns: [
        { name: 'left', look: timeLeft },
        { name: 'ends', look: { unit: 'dateTimeAsIso' } },
      ],
    },
    {
      kind: 'bargauge',
      title: 'From now to a year ahead',
      description: `Each bar ends where the certificate ends; the full width is a year. The ${soonest} that end first.`,
      width: 12,
      height: 10,
      queries: [
        {
          expr: `sort(bottomk(${soonest}, (${onDisk} or ${served}) - time()))`,
          legend: '{{component}} {{instance}} {{endpoint}} {{position}}',
        },
      ],
      look: { ...timeLeft, max: year },
    },
    {
      kind: 'timeseries',
      title: 'Time left of leaves',
      description: 'Falls steadily and jumps up at each renewal. What never jumps is not renewed.',
      width: 24,
      height: 7,
      queries: [
        {
          expr: `min by (${file}) (${select('notAfter', 'position="leaf"')}) - time()`,
          legend: '{{component}} {{instance}}',
        },
      ],
      look: { unit: 's' },
    },
  ],
};
