import fc from 'fast-check';
import { Counter, Gauge, Registry } from 'prom-client';
import t from 'tap';
import { exposition } from '../../metrics/exposition.js';
import type { Labels } from '../../metrics/labels.js';

const row = { name: 'x', help: 'Some.', labelNames: ['a', 'b'] };

async function textOf(registry: Registry, defaultLabels?: Labels): Promise<string> {
  let text = '';
  for await (const part of exposition(registry, ['x'], defaultLabels)) {
    text += part;
  }
  return text;
}

/** Without the lines of HELP and TYPE. */
async function seriesOf(registry: Registry): Promise<readonly string[]> {
  return (await textOf(registry)).split('\n').slice(2, -1);
}

t.test('the text is that of prom-client, default labels and escapes included', async (t) => {
  const value = fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', ' ', '{', '}', 'é', '证') });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(value, value, fc.double({ noNaN: true, noDefaultInfinity: true })), { minLength: 1 }),
      async (all) => {
        const defaultLabels = { agent: 'he"re' };
        const [registry, own] = [new Registry(), new Registry()];
        own.setDefaultLabels(defaultLabels);
        const gauge = new Gauge({ ...row, registers: [registry, own] });
        for (const [a, b, number] of all) {
          gauge.set({ a, b }, number);
        }
        t.equal(await textOf(registry, defaultLabels), `${await own.getSingleMetricAsString('x')}\n`);
      },
    ),
  );
});

t.test('a metric without labels is there at 0, and one without series is not', async (t) => {
  const [registry, empty] = [new Registry(), new Registry()];
  new Counter({ name: 'x', help: 'Some.', registers: [registry] });
  new Gauge({ ...row, registers: [empty] });
  t.equal(await textOf(registry), '# HELP x Some.\n# TYPE x counter\nx 0\n');
  t.match(await textOf(registry, { agent: 'here' }), '\nx{agent="here"} 0\n');
  t.equal(await textOf(empty), '');
});

t.test('unprintable characters are escaped, and characters of a language are not', async (t) => {
  const registry = new Registry();
  new Gauge({ ...row, registers: [registry] }).set({ a: '\u001b[7m', b: '证书' }, 1);
  t.strictSame(await seriesOf(registry), ['x{a="\\\\u001b[7m",b="证书"} 1']);
});

t.test('a large metric comes in parts that end with a line, with the series of when it began', async (t) => {
  const registry = new Registry();
  const gauge = new Gauge({ ...row, registers: [registry] });
  const count = 5_000;
  for (let index = 0; index < count; index++) {
    gauge.set({ a: String(index) }, index);
  }
  const parts: string[] = [];
  for await (const part of exposition(registry, ['x'])) {
    if (parts.length === 0) {
      gauge.reset();
      gauge.set({ a: 'late' }, 1);
    }
    parts.push(part);
  }
  t.equal(parts.length, 3);
  t.ok(parts.every((part) => part.endsWith('\n')));
  t.strictSame(
    parts.join('').split('\n').slice(2, -1),
    Array.from({ length: count }, (_, index) => `x{a="${index}"} ${index}`),
  );
  t.strictSame(await seriesOf(registry), ['x{a="late"} 1']);
});

t.test('other work runs between two parts', async (t) => {
  const registry = new Registry();
  const gauge = new Gauge({ ...row, registers: [registry] });
  for (let index = 0; index < 5_000; index++) {
    gauge.set({ a: String(index) }, index);
  }
  const order: string[] = [];
  for await (const part of exposition(registry, ['x'])) {
    order.push(part === '' ? 'empty' : 'part');
    setImmediate(() => order.push('other work'));
  }
  t.strictSame(order, ['part', 'other work', 'part', 'other work', 'part', 'other work']);
});
