import t, { type Test } from 'tap';
import { afterEnable } from '../../checks/after-enable.js';
import { beforeEnable } from '../../checks/before-enable.js';
import type { Finding } from '../../checks/finding.js';
import type { Rehearsal } from '../../checks/rehearsal/evidence.js';
import { rehearse } from '../../checks/rehearsal/rehearsal.js';
import { exceptionOf } from '../../checks/run-checks.js';
import type { Described } from '../../cluster/inventory/described.js';
import { authority, evidenceOf, factsOf, instanceOf, names, now, observed, origin } from '../support/evidence.js';

/** Reading this property of what is evaluated throws. */
function broken<Whole extends object>(whole: Whole, property: keyof Whole): Whole {
  return Object.defineProperty({ ...whole }, property, {
    get: () => {
      throw new TypeError('on purpose');
    },
  });
}

/** One finding has the exception, the last one is unknown, and all others are as without it. */
function costsItsOwnResult(t: Test, sound: readonly Finding[], findings: readonly Finding[]): void {
  const thrown = findings.filter((one) => exceptionOf(one) !== undefined);
  t.match(thrown, [{ status: 'unknown', message: /the check itself failed/ }]);
  t.match(exceptionOf(thrown[0] as Finding), /^TypeError: on purpose at /);
  t.equal(sound.at(-1)?.status, 'pass');
  t.match(findings.at(-1), { status: 'unknown' });
  const others = findings.slice(0, -1).filter((one) => !thrown.includes(one));
  t.ok(others.length > 0);
  t.strictSame(
    others,
    sound.filter(({ message }) => others.some((one) => one.message === message)),
    'the other parts have their findings',
  );
}

t.test('rehearse: a part that throws is inconclusive, and the rotation is not recommended', async (t) => {
  const pd = instanceOf('pd');
  const tidb = instanceOf('tidb');
  const candidate = await factsOf(t, await authority.issue(names));
  const rehearsal: Rehearsal = {
    ...{ now, component: 'pd', roles: ['server'], inventory: evidenceOf({ instances: [pd, tidb] }).inventory },
    ...{ candidate, current: [], others: [], caGiven: false, underCurrentCa: undefined },
    ...{ callerResults: [], observations: [] },
  };
  costsItsOwnResult(t, rehearse(rehearsal), rehearse(broken(rehearsal, 'callerResults')));
});

t.test('before enabling: a part that throws is inconclusive, and the cluster is not called ready', async (t) => {
  const described = [{ component: 'pd' }] as unknown as readonly Described[];
  const settings = {
    settings: [],
    tispark: undefined,
    httpUrls: [],
    scaleOutLocked: false,
    tls: false,
    version: '8.5.0',
  };
  const topology = { file: 'topology.yaml', origin, tlsOrigin: origin, described, ...settings };
  costsItsOwnResult(t, beforeEnable(topology, []), beforeEnable(broken(topology, 'scaleOutLocked'), []));
  const instance = instanceOf('pd');
  costsItsOwnResult(
    t,
    beforeEnable(topology, [{ instance, host: 'h' }]),
    beforeEnable(topology, [{ instance: broken(instance, 'advertisedHosts'), host: 'h' }]),
  );
});

t.test('after enabling: a part that throws is inconclusive, and TLS is not called enabled', async (t) => {
  const pd = instanceOf('pd', { sources: ['deployment', 'pd'] });
  const pair = await authority.issue(names);
  const observations = [observed(pd, 'client', { chain: pair }), observed(pd, 'peer', { chain: pair })];
  const agent = await factsOf(t, pair);
  const evidence = evidenceOf({ instances: [pd], agent, observations });
  costsItsOwnResult(t, afterEnable(evidence), afterEnable(broken(evidence, 'agent')));
});
