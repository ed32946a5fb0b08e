import { Registry } from 'prom-client';
import t from 'tap';
import { SeriesTable } from '../../metrics/series-table.js';

const row = { name: 'x', type: 'gauge', help: 'Some.', labels: ['a', 'b'], when: 'always' } as const;

function table(): { readonly series: SeriesTable; readonly lines: () => Promise<readonly string[]> } {
  const registry = new Registry();
  const series = new SeriesTable(row).registerWith(registry);
  return { series, lines: async () => (await registry.metrics()).trim().split('\n').slice(2).sort() };
}

t.test('series are written as the library writes its own, default labels and escapes included', async (t) => {
  const registry = new Registry();
  registry.setDefaultLabels({ agent: 'here' });
  const series = new SeriesTable(row, { agent: 'here' }).registerWith(registry);
  series.set({ a: 'a"\\\n', b: '' }, 0.5);
  t.equal(await registry.metrics(), '# HELP x Some.\n# TYPE x gauge\nx{a="a\\"\\\\\\n",b="",agent="here"} 0.5\n');
  t.match(await registry.getMetricsAsJSON(), [
    { name: 'x', values: [{ labels: { agent: 'here', b: '' }, value: 0.5 }] },
  ]);
});

t.test('restart leaves those that are set again', async (t) => {
  const { series, lines } = table();
  series.set({ a: '1', b: '' }, 1);
  series.set({ a: '2', b: '' }, 1);
  series.restart();
  series.set({ a: '2', b: '' }, 3);
  t.same(await lines(), ['x{a="2",b=""} 3']);
});

t.test('adding, raising and removing; labels that run into each other stay apart', async (t) => {
  const { series, lines } = table();
  series.add({ a: '1', b: '11' }, 2);
  series.add({ a: '11', b: '1' }, 5);
  series.add({ a: '1', b: '11' }, 2);
  series.raise({ a: '11', b: '1' }, 4);
  t.same(await lines(), ['x{a="1",b="11"} 4', 'x{a="11",b="1"} 5']);
  series.raise({ a: '11', b: '1' }, 6);
  series.remove({ a: '1', b: '11' });
  t.same(await lines(), ['x{a="11",b="1"} 6']);
});
