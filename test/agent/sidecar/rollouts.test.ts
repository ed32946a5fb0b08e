import t from 'tap';
import { PortRecord } from '../../../agent/collect/port-record.js';
import type { ChangeEvent } from '../../../agent/sidecar/event-store.js';
import { rotationsOf } from '../../../agent/sidecar/rollouts.js';
import type { EndpointObservation } from '../../../checks/check.js';
import type { EndpointName } from '../../../cluster/components/profile.js';
import { authority, instanceOf, names, observed } from '../../support/evidence.js';

const start = Date.now();
const at = (seconds: number) => new Date(start + seconds * 1000);
const tiflash = instanceOf('tiflash', { version: '8.5.0' });
const former = await authority.issue(names);
const next = await authority.issue(names);
const inventory = { instances: [tiflash], clients: [], problems: [], disagreements: [] };
const printOf = (seen: EndpointObservation) => seen.observation.peerChain[0]?.fingerprint ?? '';
const probed = (endpoint: EndpointName, seconds: number, chain = former) =>
  observed(tiflash, endpoint, { chain, at: at(seconds) });
const place = { component: 'tiflash', instance: tiflash.name, message: '' } as const;
const rotation = (seconds: number, chain = next): ChangeEvent => ({
  ...place,
  kind: 'rotation',
  at: at(seconds).toISOString(),
  changedAt: at(seconds).toISOString(),
  fingerprint: printOf(probed('grpc', 0, chain)),
  notAfter: at(1e7).toISOString(),
});
const served = (endpoint: EndpointName, seconds: number, formerAt: number): ChangeEvent => ({
  ...place,
  kind: 'served',
  endpoint,
  at: at(seconds).toISOString(),
  formerAt: at(formerAt).toISOString(),
  fingerprint: printOf(probed('grpc', 0, next)),
});

function statesOf(
  events: readonly ChangeEvent[],
  observations: readonly EndpointObservation[],
  now: number,
): readonly Readonly<Record<string, string>>[] {
  return rotationsOf({ events, inventory, observations, now: at(now) }).map(({ ports }) =>
    Object.fromEntries(ports.map(({ endpoint, state }) => [endpoint.name, state])),
  );
}

t.test('whether a port picked up a certificate is measured by its own reload deadline', async (t) => {
  const events = [rotation(0), served('grpc', 9, 2), served('metrics', 9, 5)];
  const now = [probed('proxy', 9), probed('grpc', 9, next), probed('metrics', 9, next)];
  t.match(statesOf(events, now, 10), [
    // Its files are read every two seconds, and the old one was last seen before those were over.
    { grpc: 'picked-up', metrics: 'picked-up-late', proxy: 'not-picked-up', status: 'pending' },
  ]);
  t.match(
    statesOf([rotation(0), served('grpc', 9, 4)], [], 10),
    [{ grpc: 'picked-up-late' }],
    'the old one was seen after the deadline',
  );
  t.match(statesOf([rotation(0)], [probed('grpc', 1)], 2), [{ grpc: 'pending' }], 'its deadline is to come');
  t.match(statesOf([rotation(0)], [probed('grpc', 5)], 6), [{ grpc: 'not-picked-up' }], 'its deadline is over');
});

t.test('a change that no probe saw in between counts by what is served now', async (t) => {
  t.match(statesOf([rotation(0)], [probed('grpc', 20, next)], 21), [{ grpc: 'picked-up', proxy: 'pending' }]);
});

t.test('when it was picked up does not move with the probes after the first that saw it', async (t) => {
  const record = new PortRecord();
  record.record(probed('grpc', 20, next));
  record.record(probed('grpc', 40, next));
  const observations = [...record.observations.values()];
  const [first] = rotationsOf({ events: [rotation(0)], inventory, observations, now: at(41) });
  const grpc = first?.ports.find(({ endpoint }) => endpoint.name === 'grpc');
  t.strictSame(grpc?.pickedUpAt, at(20));
});

t.test('a certificate that the next one came before is superseded; latest first', async (t) => {
  const third = await authority.issue(names);
  const events = [rotation(0), served('grpc', 1, 0), rotation(5, third)];
  t.match(statesOf(events, [probed('grpc', 6, third)], 60), [
    { grpc: 'picked-up', proxy: 'pending' },
    { grpc: 'picked-up', proxy: 'superseded' },
  ]);
});

t.test('a change of the CA alone and one of an unknown instance are no rotations', async (t) => {
  const { fingerprint, ...caOnly } = rotation(0);
  t.strictSame(statesOf([caOnly, { ...rotation(1), instance: 'gone' }], [], 10), []);
});
