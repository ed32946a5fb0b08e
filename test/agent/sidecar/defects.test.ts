import { TLSSocket } from 'node:tls';
import pino from 'pino';
import t, { type Test } from 'tap';
import { Identities } from '../../../agent/collect/identities.js';
import { ObservationStore } from '../../../agent/collect/observation-store.js';
import { PortAccess } from '../../../agent/collect/port-access.js';
import { readAgentConfig } from '../../../agent/config/load.js';
import { ChangeLog } from '../../../agent/sidecar/change-log.js';
import { EventStore } from '../../../agent/sidecar/event-store.js';
import { Sidecar } from '../../../agent/sidecar/sidecar.js';
import { CredentialFile } from '../../../credentials/credential-file.js';
import { AgentMetrics } from '../../../metrics/agent-metrics.js';
import { ServerMessages } from '../../../probes/server-messages.js';
import { devCluster } from '../../support/dev-cluster.js';
import { eventually } from '../../support/eventually.js';

/** Methods and getters that the first call of each breaks, as a defect in the code behind them would. */
const places: Readonly<Record<string, readonly [prototype: object, name: string]>> = {
  'the handshake of one probe': [TLSSocket.prototype, 'getCipher'],
  'the messages of one server handshake': [ServerMessages.prototype, 'take'],
  'the lock of one port': [PortAccess.prototype, 'connect'],
  'the identities of one port': [Identities.prototype, 'for'],
  'the record of one probe': [ObservationStore.prototype, 'record'],
  'the change log of one probe': [ChangeLog.prototype, 'observed'],
  'the certificates of one file': [CredentialFile.prototype, 'certificates'],
  'the key of one file': [CredentialFile.prototype, 'privateKey'],
};

/** Throws at its first call; the function that is returned says whether there was one. */
function breakOnce(t: Test, prototype: object, name: string): () => boolean {
  const former = Object.getOwnPropertyDescriptor(prototype, name);
  if (former === undefined) {
    throw new TypeError(`there is no ${name}`);
  }
  t.teardown(() => Object.defineProperty(prototype, name, former));
  const original: (...args: unknown[]) => unknown = former.get ?? former.value;
  let thrown = false;
  const broken = function (this: unknown, ...args: unknown[]): unknown {
    if (!thrown) {
      thrown = true;
      throw new TypeError('on purpose');
    }
    return original.apply(this, args);
  };
  Object.defineProperty(
    prototype,
    name,
    former.get === undefined ? { ...former, value: broken } : { ...former, get: broken },
  );
  return () => thrown;
}

t.test('a defect in any one place ends neither the process nor the other ports', async (t) => {
  const cluster = await devCluster(t, { members: { tidb: 2 } });
  for (const [what, [prototype, name]] of Object.entries(places)) {
    await t.test(what, async (t) => {
      const hasThrown = breakOnce(t, prototype, name);
      const sidecar = await Sidecar.create({
        readConfig: () => {
          const config = readAgentConfig(cluster.agentConfig);
          return { ...config, probe: { ...config.probe, interval: 100, negativeInterval: 100 } };
        },
        metrics: new AgentMetrics('host'),
        logger: pino({ level: 'silent' }),
        history: new EventStore(undefined, () => undefined),
        now: () => new Date(),
        sweepInterval: 100,
      });
      t.teardown(() => sidecar.stop());
      await sidecar.begin();
      await eventually('it throws', hasThrown);
      const accepted = () =>
        sidecar.collector.observations().filter(({ observation }) => observation.outcome === 'accepted');
      await eventually(
        'every port is accepted',
        () => new Set(accepted().map(({ instance }) => instance.name)).size === 2,
      );
      await eventually('and evaluated', () => sidecar.findings().length > 0);
      t.notOk(sidecar.isStuck());
    });
  }
});
