import { once } from 'node:events';
import { statSync } from 'node:fs';
import { connect as connectPlain, createServer } from 'node:net';
import { connect } from 'node:tls';
import t from 'tap';
import { Collector } from '../../../agent/collect/collector.js';
import { observeOnce } from '../../../agent/collect/cycle.js';
import { readAgentConfig } from '../../../agent/config/load.js';
import { ReloadTrigger } from '../../../agent/sidecar/reload-trigger.js';
import type { EndpointOfInstance } from '../../../checks/check.js';
import type { DevCluster } from '../../../devcluster/dev-cluster.js';
import { devCluster } from '../../support/dev-cluster.js';
import { eventually } from '../../support/eventually.js';
import { listening } from '../../support/listening.js';

// They wait for most of their time.
t.jobs = 4;

const { signal } = new AbortController();

async function collected(cluster: DevCluster): Promise<Collector> {
  const options = { now: () => new Date(), onReload: () => undefined };
  const collector = await Collector.create(readAgentConfig(cluster.agentConfig), options);
  await observeOnce(collector, signal);
  return collector;
}

const notPickedUp = (collector: Collector) =>
  collector
    .evaluate()
    .filter(({ check, status }) => check === 'served-matches-file' && status === 'fail')
    .map(({ component, endpoint }) => `${component}/${endpoint}`);

t.test(
  'ports that serve the old certificate pick up the new one after a triggered reload, and nothing else is touched',
  async (t) => {
    const cluster = await devCluster(t);
    const reloadTrigger = new ReloadTrigger();
    const healthy = await collected(cluster);
    t.strictSame(await reloadTrigger.trigger(healthy.evaluate(), healthy, signal), [], 'nothing to do');

    await cluster.rotate('tikv', {
      order: 'certificate-first',
      // A connect in between leaves the gRPC port on the old certificate, until the file's modification time changes.
      between: async () => {
        const socket = connect({ host: '127.0.0.1', port: cluster.port('tikv', 'grpc'), rejectUnauthorized: false });
        await once(socket, 'secureConnect');
        socket.destroy();
      },
    });
    const stuck = await collected(cluster);
    t.strictSame(notPickedUp(stuck).sort(), ['tikv/grpc', 'tikv/status']);
    const before = statSync(cluster.files('pd').cert).mtimeMs;
    const reloadTriggers = await reloadTrigger.trigger(stuck.evaluate(), stuck, signal);
    t.strictSame(
      reloadTriggers.map(({ endpoint, kind, error }) => [endpoint.name, kind, error]),
      [
        ['grpc', 'touch', undefined],
        ['status', 'failed-handshake', undefined],
      ],
    );
    t.equal(statSync(cluster.files('pd').cert).mtimeMs, before, 'no other file');
    t.strictSame(notPickedUp(await collected(cluster)), [], 'all picked up');
    t.strictSame(await reloadTrigger.trigger(stuck.evaluate(), stuck, signal), [], 'not again so soon');
  },
);

t.test('a status port that read mismatched files reads them again once their time is another one', async (t) => {
  const cluster = await devCluster(t);
  await cluster.rotate('tikv', {
    order: 'certificate-first',
    between: async () => {
      const socket = connectPlain({ host: '127.0.0.1', port: cluster.port('tikv', 'status') }, () => socket.end());
      socket.resume();
      await once(socket, 'close');
    },
  });
  const stuck = await collected(cluster);
  t.strictSame(notPickedUp(stuck), ['tikv/status']);
  const reloadTriggers = await new ReloadTrigger().trigger(stuck.evaluate(), stuck, signal);
  t.match(reloadTriggers, [{ endpoint: { name: 'status' }, kind: 'failed-handshake', error: undefined }]);
  await eventually('all picked up', async () => notPickedUp(await collected(cluster)).length === 0);
});

t.test('no reload is triggered where certificate and key do not match or do not verify', async (t) => {
  const cluster = await devCluster(t);
  await cluster.rotate('tikv', { order: 'key-first', notAfter: new Date(Date.now() - 1_000) });
  const expired = await collected(cluster);
  t.strictSame(await new ReloadTrigger().trigger(expired.evaluate(), expired, signal), []);
});

t.test('a port that does not close the connection has had no failed handshake', async (t) => {
  const cluster = await devCluster(t, { members: { tikv: 1 } });
  await cluster.rotate('tikv', { order: 'key-first' });
  const stuck = await collected(cluster);
  const findings = stuck.evaluate();
  t.strictSame(notPickedUp(stuck), ['tikv/status']);
  const port = await listening(t, createServer({ allowHalfOpen: true }));
  const evidence = stuck.evidence();
  const instances = evidence.inventory.instances.map((instance) => ({
    ...instance,
    endpoints: instance.endpoints.map((endpoint) => ({ ...endpoint, port })),
  }));
  const probedAgain: string[] = [];
  const halfOpen = {
    access: stuck.access,
    probe: async ({ endpoint }: EndpointOfInstance) => {
      probedAgain.push(endpoint.name);
      return [];
    },
    evidence: () => ({ ...evidence, inventory: { ...evidence.inventory, instances } }),
  };
  const reloadTriggers = await new ReloadTrigger().trigger(findings, halfOpen, signal);
  t.match(reloadTriggers, [{ endpoint: { name: 'status' }, kind: 'failed-handshake', error: /not closed within/ }]);
  t.strictSame(probedAgain, ['status'], 'its release is unknown');
  const old = {
    ...halfOpen,
    evidence: () => ({
      ...evidence,
      inventory: { ...evidence.inventory, instances: instances.map((one) => ({ ...one, version: '4.0.6' })) },
    }),
  };
  t.strictSame(await new ReloadTrigger().trigger(findings, old, signal), [], 'a release that gets no negative probes');
});
