import { mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import t from 'tap';
import type { Collector } from '../../../agent/collect/collector.js';
import type { Target } from '../../../agent/collect/targets.js';
import { defaults } from '../../../agent/config/load.js';
import { probeOnSchedule } from '../../../agent/sidecar/probe-schedule.js';
import { instanceOf } from '../../support/evidence.js';

const minute = 60_000;

t.test('a port without a negative probe gets its first one soon, the others by their own schedule', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  mock.method(Math, 'random', () => 0.5);
  t.teardown(() => mock.reset());
  const [fresh, probed] = ['fresh:1', 'visited:1'].map((name): Target => {
    const instance = instanceOf('tidb', { name });
    const [endpoint] = instance.endpoints;
    if (endpoint === undefined) {
      throw new TypeError('TiDB has a port');
    }
    return { instance, endpoint };
  });
  const met: string[] = [];
  const collector = {
    config: { probe: { ...defaults.probe, negativeInterval: 10 * minute } },
    targets: [],
    negativeTargets: [fresh, probed],
    evidence: () => ({ negativeProbesPending: [fresh] }),
    negativeProbe: async ({ instance }: Target) => {
      met.push(instance.name);
      return [];
    },
  } as unknown as Collector;
  const stop = new AbortController();
  probeOnSchedule({ collector, stop }, { onProbed: () => undefined, onError: t.error });
  const after = async (milliseconds: number) => {
    mock.timers.tick(milliseconds);
    await turn();
    return [...met];
  };
  t.strictSame(await after(minute / 2), ['fresh:1'], 'in the middle of the first minute');
  t.strictSame(await after(4 * minute), ['fresh:1']);
  t.strictSame(await after(minute / 2), ['fresh:1', 'visited:1'], 'in the middle of ten');
  stop.abort();
});
