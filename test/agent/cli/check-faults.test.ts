import t, { type Test } from 'tap';
import type { ComponentName, EndpointName } from '../../../cluster/components/profile.js';
import type { FaultName } from '../../../devcluster/faults.js';
import { devCluster } from '../../support/dev-cluster.js';
import { patience } from '../../support/eventually.js';
import { failed, findingsOf } from '../../support/findings.js';

// They wait for most of their time.
t.jobs = 3;

/** A fault of a port, and what fails then. */
type Fault = readonly [FaultName, ComponentName, EndpointName, readonly string[]];

const faults: readonly Fault[] = [
  ['down', 'tidb', 'status', ['endpoint-answers tidb/status as agent']],
  ['internalError', 'tidb', 'status', ['endpoint-answers tidb/status as agent']],
  ['plaintext', 'pd', 'peer', ['caller-accepted pd/peer as pd', 'endpoint-answers pd/peer as agent']],
  [
    'rejectCaller',
    'tikv',
    'grpc',
    [
      'caller-accepted tikv/grpc as pd',
      'caller-accepted tikv/grpc as ticdc',
      'caller-accepted tikv/grpc as tidb',
      'caller-accepted tikv/grpc as tiflash',
      'caller-accepted tikv/grpc as tikv',
      'endpoint-answers tikv/grpc as agent',
    ],
  ],
  [
    'rejectCaller',
    'tidb',
    'status',
    [
      'caller-accepted tidb/status as pd',
      'caller-accepted tidb/status as tidb',
      'caller-accepted tidb/status as tiflash',
      'caller-accepted tidb/status as tiproxy',
      'endpoint-answers tidb/status as agent',
    ],
  ],
  [
    'serveExpired',
    'tikv',
    'status',
    [
      'caller-accepted tikv/status as pd',
      'caller-accepted tikv/status as tidb',
      'certificate-validity tikv/status',
      'endpoint-answers tikv/status as agent',
      'served-matches-file tikv/status',
      'server-verifies tikv/status as agent',
    ],
  ],
  [
    'serveOtherCa',
    'pd',
    'peer',
    [
      'caller-accepted pd/peer as pd',
      'endpoint-answers pd/peer as agent',
      'served-matches-file pd/peer',
      'server-verifies pd/peer as agent',
    ],
  ],
  [
    'serveOtherName',
    'tikv',
    'status',
    [
      'caller-accepted tikv/status as pd',
      'caller-accepted tikv/status as tidb',
      'endpoint-answers tikv/status as agent',
      'served-matches-file tikv/status',
      'server-verifies tikv/status as agent',
    ],
  ],
];

/** Each fault gives exactly its findings, and there is none when it is over. */
async function givesItsFindings(t: Test, those: readonly Fault[], timeout = patience): Promise<void> {
  const cluster = await devCluster(t);
  for (const [name, component, endpoint, expected] of those) {
    await cluster.fault(component, endpoint, name, true);
    t.strictSame(failed(await findingsOf(cluster, { timeout })), expected, `${name} on ${component} ${endpoint}`);
    await cluster.fault(component, endpoint, name, false);
  }
  t.strictSame(failed(await findingsOf(cluster)), []);
}

// These two are waited for to the end, by one identity after the other.
t.test('a port that is slow gives exactly the finding it should, and none when it is over', async (t) => {
  await givesItsFindings(t, [['slow', 'tikv', 'status', ['endpoint-answers tikv/status as agent']]], 8_000);
});

t.test('a port that keeps silent gives exactly the finding it should, and none when it is over', async (t) => {
  await givesItsFindings(t, [['silent', 'pd', 'peer', ['endpoint-answers pd/peer as agent']]], 8_000);
});

t.test('each other fault of a port gives exactly the findings it should, and none when it is over', async (t) => {
  await givesItsFindings(t, faults);
});
