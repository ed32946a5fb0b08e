import t from 'tap';
import { bar } from '../../../agent/page/timeline.js';
import { urgencyOf } from '../../../checks/thresholds.js';
import type { Certificate } from '../../../credentials/certificate.js';
import { readCertificate } from '../../../credentials/read-certificate.js';
import { authority, day, names } from '../../support/evidence.js';

const now = new Date();
const at = (days: number) => new Date(now.getTime() + days * day);

async function certificate(from: number, to: number): Promise<Certificate> {
  const { certificatePem } = await authority.issue({ ...names, notBefore: at(from), notAfter: at(to) });
  return readCertificate(certificatePem);
}

const draw = (chain: readonly Certificate[], end?: Date) =>
  bar({ chain, joinedTo: end === undefined ? undefined : { end, rowsAbove: 2 } }, now, 'label').toString();

/** Start and width of a stretch, in days from now. */
function stretch(svg: string, kind: string): readonly number[] | undefined {
  const [, x, width] = new RegExp(`class="${kind}" x="([\\d.]+)%" y="6" width="([\\d.]+)%"`).exec(svg) ?? [];
  return x === undefined || width === undefined ? undefined : [x, width].map((one) => Math.round(Number(one) * 3.65));
}

t.test('the stretches change colour where the alerts change', async (t) => {
  const year = await certificate(-165, 200);
  const svg = draw([year]);
  t.strictSame(stretch(svg, 'fine'), [0, 186]);
  t.strictSame(stretch(svg, 'warning'), [186, 7]);
  t.strictSame(stretch(svg, 'critical'), [193, 7]);
  t.strictSame(
    [185, 187, 194].map((days) => urgencyOf(year, at(days))),
    ['fine', 'warning', 'critical'],
  );
  t.equal(svg.match(/class="threshold"/g)?.length, 2);
});

t.test('a short life is measured by its share, and what is past is not drawn', async (t) => {
  const svg = draw([await certificate(-19, 1)]);
  t.strictSame([stretch(svg, 'fine'), stretch(svg, 'warning')], [undefined, undefined]);
  t.strictSame(stretch(svg, 'critical'), [0, 1]);
  t.notMatch(svg, /class="threshold"/);
});

t.test('a row ends with the first end of its chain; the rest of the leaf is told apart', async (t) => {
  const svg = draw([await certificate(-1, 300), await certificate(-1, 100)]);
  t.match(svg, /<svg x="27.4%" overflow="visible"><path class="end"/);
  t.strictSame(stretch(svg, 'leaf'), [100, 200]);
});

t.test('what ended stands at now, what ends later than a year goes off the edge', async (t) => {
  t.match(draw([await certificate(-9, -2)]), /<svg x="0%" overflow="visible"><path class="end ended"/);
  t.match(draw([await certificate(-9, 800)]), /<svg x="100%" overflow="visible"><path class="beyond"/);
});

t.test('a join goes along the row to the end on disk, and up to its row', async (t) => {
  const svg = draw([await certificate(-1, 73)], at(146));
  t.match(svg, /class="join" x1="20%" x2="40%" y1="10" y2="10"/);
  t.match(svg, /class="join" x1="40%" x2="40%" y1="10" y2="-42"/);
});
