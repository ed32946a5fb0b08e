import fc from 'fast-check';
import { Gauge, Registry } from 'prom-client';
import t from 'tap';
import { SeriesTable } from '../../metrics/series-table.js';

const row = { name: 'x', type: 'gauge', help: 'Some.', labels: ['a', 'b'], when: 'always' } as const;

function textOf(series: SeriesTable): string {
  return [...series.parts()].join('');
}

/** The lines of its series. */
function linesOf(series: SeriesTable): readonly string[] {
  return textOf(series).split('\n').slice(2).sort();
}

t.test('series are written as prom-client writes its own, default labels and escapes included', async (t) => {
  const value = fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', ' ', '{', '}', 'é', '证') });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(value, value, fc.double({ noNaN: true, noDefaultInfinity: true }))),
      async (all) => {
        const registry = new Registry();
        registry.setDefaultLabels({ agent: 'he"re' });
        const { name, help, labels } = row;
        const gauge = new Gauge({ name, help, labelNames: [...labels], registers: [registry] });
        const series = new SeriesTable(row, { agent: 'he"re' });
        for (const [a, b, number] of all) {
          gauge.set({ a, b }, number);
          series.set({ a, b }, number);
        }
        t.equal(textOf(series), await registry.getSingleMetricAsString('x'));
      },
    ),
  );
});

t.test('a metric without labels is there at 0', async (t) => {
  t.equal(textOf(new SeriesTable({ ...row, labels: [] })), '# HELP x Some.\n# TYPE x gauge\nx 0');
  t.equal(textOf(new SeriesTable({ ...row, labels: [] }, { agent: 'here' })).split('\n')[2], 'x{agent="here"} 0');
});

t.test('what a terminal obeys is written out, and characters of a language are not', async (t) => {
  const series = new SeriesTable(row);
  series.set({ a: '\u001b[7m', b: '证书' }, 1);
  t.strictSame(linesOf(series), ['x{a="\\\\u001b[7m",b="证书"} 1']);
});

t.test('restart leaves those that are set again', async (t) => {
  const series = new SeriesTable(row);
  series.set({ a: '1', b: '' }, 1);
  series.set({ a: '2', b: '' }, 1);
  series.restart();
  series.raise({ a: '2', b: '' }, 0.5);
  t.strictSame(linesOf(series), ['x{a="2",b=""} 0.5'], 'and begins them anew');
  t.notOk(series.has({ a: '1', b: '' }));
  series.restart();
  series.set({ a: '1', b: '' }, 7);
  t.strictSame(linesOf(series), ['x{a="1",b=""} 7']);
});

t.test('adding and raising; labels that run into each other stay apart', async (t) => {
  const series = new SeriesTable(row);
  series.add({ a: '1', b: '11' }, 2);
  series.add({ a: '11', b: '1' }, 5);
  series.add({ a: '1', b: '11' }, 2);
  series.raise({ a: '11', b: '1' }, 4);
  t.strictSame(linesOf(series), ['x{a="1",b="11"} 4', 'x{a="11",b="1"} 5']);
  series.raise({ a: '11', b: '1' }, 6);
  t.match(linesOf(series), ['x{a="1",b="11"} 4', 'x{a="11",b="1"} 6']);
});

t.test('series go with their owner; those without one stay', async (t) => {
  const series = new SeriesTable(row);
  series.add({ a: '1' }, 1, 'one');
  series.add({ a: '2' }, 1, 'two');
  series.add({ a: '3' }, 1);
  series.keep((owner) => owner === 'two');
  t.strictSame(linesOf(series), ['x{a="2"} 1', 'x{a="3"} 1']);
});

t.test('a large one comes in parts that end with a line, of the series there were when it began', async (t) => {
  const series = new SeriesTable(row);
  const count = 5_000;
  for (let index = 0; index < count; index++) {
    series.set({ a: String(index) }, index);
  }
  const parts = series.parts();
  const read = [parts.next().value ?? '', parts.next().value ?? ''];
  series.restart();
  series.set({ a: 'picked-up-late' }, 1);
  read.push(...parts);
  t.ok(read.length > 2);
  t.strictSame(
    read.join('').split('\n').slice(2),
    Array.from({ length: count }, (_, index) => `x{a="${index}"} ${index}`),
  );
  t.ok(read.slice(1).every((part) => part.startsWith('\n')));
  t.strictSame(linesOf(series), ['x{a="late"} 1']);
});
