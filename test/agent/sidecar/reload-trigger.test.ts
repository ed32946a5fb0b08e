import { once } from 'node:events';
import { statSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { connect } from 'node:tls';
import t from 'tap';
import { Collector } from '../../../agent/collect/collector.js';
import { observeOnce } from '../../../agent/collect/cycle.js';
import { readAgentConfig } from '../../../agent/config/load.js';
import { ReloadTrigger } from '../../../agent/sidecar/reload-trigger.js';
import type { DevCluster } from '../../../devcluster/dev-cluster.js';
import { devCluster } from '../../support/dev-cluster.js';
import { eventually } from '../../support/eventually.js';

async function inspectInput(cluster: DevCluster): Promise<Collector> {
  const config = readAgentConfig(cluster.agentConfig);
  const options = { now: () => new Date(), onReload: () => undefined };
  const collector = await Collector.create(config, options);
  await observeOnce(collector, new AbortController().signal);
  return collector;
}

const behind = (collector: Collector) =>
  collector
    .evaluate()
    .filter(({ check, status }) => check === 'served-matches-file' && status === 'fail')
    .map(({ component, endpoint }) => `${component}/${endpoint}`);

t.test('ports that stayed behind take the pair after the harmless cure, and nothing else is touched', async (t) => {
  const cluster = await devCluster(t);
  const reloadTrigger = new ReloadTrigger();
  const healthy = await inspectInput(cluster);
  t.strictSame(await reloadTrigger.trigger(healthy.evaluate(), healthy.evidence()), [], 'nothing to do');

  await cluster.rotate('tikv', {
    order: 'certificate-first',
    // A connect in between leaves the gRPC port on the old pair, until the certificate's time changes.
    between: async () => {
      const socket = connect({ host: '127.0.0.1', port: cluster.port('tikv', 'grpc'), rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      socket.destroy();
    },
  });
  const stuck = await inspectInput(cluster);
  t.strictSame(behind(stuck).sort(), ['tikv/grpc', 'tikv/status']);
  const before = statSync(cluster.files('pd').cert).mtimeMs;
  const reloadTriggers = await reloadTrigger.trigger(stuck.evaluate(), stuck.evidence());
  t.strictSame(
    reloadTriggers.map(({ endpoint, kind, error }) => [endpoint.name, kind, error]),
    [
      ['grpc', 'touch', undefined],
      ['status', 'failed-handshake', undefined],
    ],
  );
  t.equal(statSync(cluster.files('pd').cert).mtimeMs, before, 'no other file');
  t.strictSame(behind(await inspectInput(cluster)), [], 'cured');
  t.strictSame(await reloadTrigger.trigger(stuck.evaluate(), stuck.evidence()), [], 'not again so soon');
});

t.test('a status port that looked while the pair was torn looks again at a file with a new time', async (t) => {
  const cluster = await devCluster(t);
  await cluster.rotate('tikv', {
    order: 'certificate-first',
    between: async () => {
      const socket = connectPlain({ host: '127.0.0.1', port: cluster.port('tikv', 'status') }, () => socket.end());
      socket.resume();
      await once(socket, 'close');
    },
  });
  const stuck = await inspectInput(cluster);
  t.strictSame(behind(stuck), ['tikv/status']);
  const reloadTriggers = await new ReloadTrigger().trigger(stuck.evaluate(), stuck.evidence());
  t.match(reloadTriggers, [{ endpoint: { name: 'status' }, kind: 'failed-handshake', error: undefined }]);
  await eventually('cured', async () => behind(await inspectInput(cluster)).length === 0);
});

t.test('never on files that are not a valid matching pair', async (t) => {
  const cluster = await devCluster(t);
  await cluster.rotate('tikv', { order: 'key-first', notAfter: new Date(Date.now() - 1_000) });
  const expired = await inspectInput(cluster);
  t.strictSame(await new ReloadTrigger().trigger(expired.evaluate(), expired.evidence()), []);
});
