import t from 'tap';
import { alerts } from '../../../generate/rules/catalogue.js';
import { byThemselves, counters, states } from '../../support/alert-cases.js';
import { forms, promtool, promtoolTests, type Scenario } from '../../support/promtool.js';

t.test('every alert has a scenario', async (t) => {
  const tried = new Set([...states, ...counters].map(({ alert }) => alert).concat(byThemselves));
  t.strictSame([...tried].sort(), alerts.map(({ name }) => name).sort());
});

t.test('states: pending, firing, resolved by a change or when the series disappears', promtool, async (t) => {
  promtoolTests(
    t,
    '1m',
    states.flatMap(({ alert, series, bad, good, hold }): Scenario[] => {
      const last = hold + 10;
      const until = (after: string): Scenario => ({
        name: `${alert}, then ${after}`,
        series: [{ series, values: `${bad}x${last} ${after}` }],
        expected: [
          ...(hold === 0
            ? []
            : ([
                [`${hold - 1}m`, alert, 0],
                [`${hold - 1}m`, alert, 1, 'pending'],
              ] as const)),
          [`${hold}m`, alert, 1],
          [`${last}m`, alert, 1],
          [`${last + 8}m`, alert, 0],
          [`${last + 8}m`, alert, 0, 'pending'],
        ],
      });
      return good === undefined ? [until('stale')] : [until(`${good}x20`), until('stale')];
    }),
  );
});

t.test('counters: the alert fires while they increase, and resolves when they stop', promtool, async (t) => {
  promtoolTests(
    t,
    '1m',
    counters.map(({ alert, series, hold }) => ({
      name: alert,
      series: [{ series, values: '0 0+1x30 30x20' }],
      expected: [
        [`${hold + 3}m`, alert, 1],
        ['30m', alert, 1],
        ['40m', alert, 0],
      ],
    })),
  );
});

t.test('every alert fires in each form', promtool, async (t) => {
  const cases = [
    ...states.map((one) => ({ ...one, values: `${one.bad}x70` })),
    ...counters.map((one) => ({ ...one, values: '0+1x70' })),
  ];
  // Two alerts may speak of different values of one series: the last of them counts here.
  const apart = [...new Map(cases.map((one) => [one.series, one])).values()];
  for (const [form, rules] of Object.entries(forms)) {
    const name = `${form}: all at once`;
    const series = apart.map(({ series, values }) => ({ series, values }));
    const expressions = [...new Set(apart.map(({ alert }) => alert))].map(
      (alert) => [`count(ALERTS{alertname="TiDB_mtls_${alert}",alertstate="firing"}) > bool 0`, '65m', 1] as const,
    );
    promtoolTests(t, '1m', [{ name, series, expressions }], rules);
  }
});
