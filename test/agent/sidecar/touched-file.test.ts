import { utimesSync } from 'node:fs';
import pino from 'pino';
import t, { type Test } from 'tap';
import { readAgentConfig } from '../../../agent/config/load.js';
import { EventStore } from '../../../agent/sidecar/event-store.js';
import { Sidecar } from '../../../agent/sidecar/sidecar.js';
import { AgentMetrics } from '../../../metrics/agent-metrics.js';
import { devCluster } from '../../support/dev-cluster.js';
import { eventually } from '../../support/eventually.js';

/** A sidecar that learns of files by their events alone, and probes no port twice. */
async function sidecarOn(t: Test, agentConfig: string): Promise<Sidecar> {
  const never = 3_600_000;
  const sidecar = await Sidecar.create({
    readConfig: () => {
      const config = readAgentConfig(agentConfig);
      return { ...config, probe: { ...config.probe, interval: never, negativeInterval: undefined } };
    },
    metrics: new AgentMetrics('host'),
    logger: pino({ enabled: false }),
    history: new EventStore(undefined, () => undefined),
    now: () => new Date(),
    sweepInterval: never,
  });
  t.teardown(() => sidecar.stop());
  await sidecar.begin();
  return sidecar;
}

t.test('touching the certificate file ends the finding that asks for it', async (t) => {
  const cluster = await devCluster(t, { members: { tikv: 1 } });
  const sidecar = await sidecarOn(t, cluster.agentConfig);
  const ofCa = () => sidecar.findings().find(({ check }) => check === 'ca-unchanged');
  await cluster.replaceCa('tikv');
  await eventually('the change of the CA is found', () => ofCa()?.status !== 'pass');
  t.match(ofCa()?.remediation, /^touch the certificate file/);
  const later = new Date(Date.now() + 1_000);
  utimesSync(cluster.files('tikv').cert, later, later);
  await eventually('the touch is found', () => ofCa()?.status === 'pass');
  t.match(ofCa()?.message, /the certificate file was written after the CA file/);
});
