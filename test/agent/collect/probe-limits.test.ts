import t from 'tap';
import { probeLimits } from '../../../agent/collect/probe-limits.js';
import type { SourceName } from '../../../cluster/inventory/inventory.js';
import { instanceOf } from '../../support/evidence.js';

const targetFrom = (...sources: readonly SourceName[]) => {
  const instance = { ...instanceOf('tidb'), sources };
  const [endpoint] = instance.endpoints;
  if (endpoint === undefined) {
    throw new TypeError('TiDB has a port');
  }
  return { instance, endpoint };
};

t.test('declared ports do not wait for those that PD alone names', async (t) => {
  const [declared, both, discovered] = [targetFrom('declared'), targetFrom('config', 'pd'), targetFrom('pd')];
  const limitOf = probeLimits([declared, both, discovered], 8);
  t.equal(limitOf(declared), limitOf(both));
  t.equal(limitOf(declared).concurrency, 8);
  t.equal(limitOf(discovered).concurrency, 2);
});

t.test('an agent that has its ports from PD alone probes them with all of its concurrency', async (t) => {
  const discovered = targetFrom('pd');
  t.equal(probeLimits([discovered], 8)(discovered).concurrency, 8);
});
