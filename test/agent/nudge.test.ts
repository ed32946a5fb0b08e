import { statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { readAgentConfig } from '../../agent/config.js';
import { Nudger } from '../../agent/nudge.js';
import { Observer } from '../../agent/observer.js';
import { observeOnce } from '../../agent/round.js';
import { type DevCluster, startDevCluster } from '../../devcluster/dev-cluster.js';

async function lookAt(cluster: DevCluster): Promise<Observer> {
  const config = readAgentConfig(cluster.agentConfig);
  const options = { now: () => new Date(), onReload: () => undefined };
  const observer = await Observer.create({ ...config, probe: { ...config.probe, timeout: 700 } }, options);
  await observeOnce(observer, new AbortController().signal);
  return observer;
}

const behind = (observer: Observer) =>
  observer
    .judge()
    .filter(({ check, status }) => check === 'served-matches-file' && status === 'fail')
    .map(({ component, endpoint }) => `${component}/${endpoint}`);

t.test('ports that stayed behind take the pair after the harmless cure, and nothing else is touched', async (t) => {
  const cluster = await startDevCluster();
  t.teardown(() => cluster.stop());
  const nudger = new Nudger();
  const healthy = await lookAt(cluster);
  t.strictSame(await nudger.nudge(healthy.judge(), healthy.evidence()), [], 'nothing to do');

  await cluster.rotate('tikv', {
    order: 'certificate-first',
    // A connect in between leaves the gRPC port on the old pair, until the certificate's time changes.
    between: async () => {
      await pause(20);
      const socket = (await import('node:net')).connect(cluster.port('tikv', 'grpc'), '127.0.0.1');
      await new Promise((resolve) => socket.once('connect', resolve));
      await pause(50);
      socket.destroy();
    },
  });
  const stuck = await lookAt(cluster);
  t.strictSame(behind(stuck).sort(), ['tikv/grpc', 'tikv/status']);
  const before = statSync(cluster.files('pd').cert).mtimeMs;
  const nudges = await nudger.nudge(stuck.judge(), stuck.evidence());
  t.strictSame(
    nudges.map(({ endpoint, kind, error }) => [endpoint.name, kind, error]),
    [
      ['grpc', 'touch', undefined],
      ['status', 'failed-handshake', undefined],
    ],
  );
  t.equal(statSync(cluster.files('pd').cert).mtimeMs, before, 'no other file');
  t.strictSame(behind(await lookAt(cluster)), [], 'cured');
  t.strictSame(await nudger.nudge(stuck.judge(), stuck.evidence()), [], 'not again so soon');
});

t.test('never on files that are not a valid matching pair', async (t) => {
  const cluster = await startDevCluster();
  t.teardown(() => cluster.stop());
  await cluster.rotate('tikv', { order: 'key-first', notAfter: new Date(Date.now() - 1_000) });
  const expired = await lookAt(cluster);
  t.strictSame(await new Nudger().nudge(expired.judge(), expired.evidence()), []);
});
