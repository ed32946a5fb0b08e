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

const draw = (chain: readonly Certificate[], expiry?: Date) =>
  bar({ chain, joinedTo: expiry === undefined ? undefined : { expiry, rowsAbove: 2 } }, now, 'label').toString();

/** Start and width of a segment, in days from now. */
function segment(svg: string, kind: string): readonly number[] | undefined {
  const [, x, width] = new RegExp(`class="${kind}" x="([\\d.]+)%" y="6" width="([\\d.]+)%"`).exec(svg) ?? [];
  return x === undefined || width === undefined ? undefined : [x, width].map((one) => Math.round(Number(one) * 3.65));
}

t.test('segments change colour where an alert begins', async (t) => {
  const year = await certificate(-165, 200);
  const svg = draw([year]);
  t.strictSame(segment(svg, 'fine'), [0, 186]);
  t.strictSame(segment(svg, 'warning'), [186, 7]);
  t.strictSame(segment(svg, 'critical'), [193, 7]);
  t.strictSame(
    [185, 187, 194].map((days) => urgencyOf(year, at(days))),
    ['fine', 'warning', 'critical'],
  );
  t.equal(svg.match(/class="threshold"/g)?.length, 2);
});

t.test('the alerts of a short lifetime begin at its share, and the past is not drawn', async (t) => {
  const svg = draw([await certificate(-19, 1)]);
  t.strictSame([segment(svg, 'fine'), segment(svg, 'warning')], [undefined, undefined]);
  t.strictSame(segment(svg, 'critical'), [0, 1]);
  t.notMatch(svg, /class="threshold"/);
});

t.test('a bar ends at the first expiry of its chain; the rest of the leaf is a segment of its own', async (t) => {
  const svg = draw([await certificate(-1, 300), await certificate(-1, 100)]);
  t.match(svg, /<svg x="27.4%" overflow="visible"><path class="expiry"/);
  t.strictSame(segment(svg, 'leaf'), [100, 200]);
});

t.test('an expired chain is marked at now, one that expires after the year with an arrow at the edge', async (t) => {
  t.match(draw([await certificate(-9, -2)]), /<svg x="0%" overflow="visible"><path class="expiry expired"/);
  t.match(draw([await certificate(-9, 800)]), /<svg x="100%" overflow="visible"><path class="beyond"/);
});

t.test('a connecting line goes along the row to the expiry on disk, and up to its row', async (t) => {
  const svg = draw([await certificate(-1, 73)], at(146));
  t.match(svg, /class="join" x1="20%" x2="40%" y1="10" y2="10"/);
  t.match(svg, /class="join" x1="40%" x2="40%" y1="10" y2="-42"/);
});
