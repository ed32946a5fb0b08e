import { mkdirSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import t, { type Test } from 'tap';
import { readAgentConfig } from '../../../agent/config/load.js';
import { type ChangeEvent, EventStore } from '../../../agent/sidecar/event-store.js';
import { Sidecar } from '../../../agent/sidecar/sidecar.js';
import { AgentMetrics } from '../../../metrics/agent-metrics.js';
import { devCluster } from '../../support/dev-cluster.js';
import { eventually } from '../../support/eventually.js';

class ObservedEvents extends EventStore {
  readonly #onAdd: (event: ChangeEvent) => void;

  constructor(onAdd: (event: ChangeEvent) => void) {
    super(undefined, () => undefined);
    this.#onAdd = onAdd;
  }

  override add(event: ChangeEvent): void {
    super.add(event);
    this.#onAdd(event);
  }
}

/**
 * A sidecar on two TiDBs, the second of which it does not know before `appear`. Its clock fails from the moment that a runtime
 * is replaced, so that the first cycle of the next one fails, until an error is logged.
 */
async function sidecarWithBadClock(t: Test) {
  const cluster = await devCluster(t, { members: { tidb: 2 } });
  const conf = join(cluster.directory, 'tidb-2/conf');
  const hidden = join(cluster.directory, 'hidden');
  renameSync(conf, hidden);
  mkdirSync(conf);
  const errors: string[] = [];
  let broken = false;
  const write = (line: string) => {
    const { level, msg, reason } = JSON.parse(line);
    broken ||= msg === 'configuration reloaded';
    if (level >= 50) {
      broken = false;
      errors.push(`${msg}: ${reason}`);
    }
  };
  // Nothing else reads the clock while it fails.
  const never = 3_600_000;
  const schedule = { interval: never };
  const sidecar = await Sidecar.create({
    readConfig: () => {
      const config = readAgentConfig(cluster.agentConfig);
      const probe = { ...config.probe, interval: schedule.interval, negativeInterval: undefined };
      return { ...config, refresh: 100, probe };
    },
    metrics: new AgentMetrics('host'),
    logger: pino({}, { write }),
    history: new ObservedEvents(({ kind }) => {
      broken ||= kind === 'inventory';
    }),
    now: () => {
      if (broken) {
        throw new RangeError('no clock');
      }
      return new Date();
    },
    sweepInterval: never,
  });
  t.teardown(() => sidecar.stop());
  await sidecar.begin();
  const appear = () => {
    rmdirSync(conf);
    renameSync(hidden, conf);
  };
  return { sidecar, schedule, errors, appear };
}

t.test('after a first cycle that fails with a changed inventory, the next refresh reads the files', async (t) => {
  const { sidecar, errors, appear } = await sidecarWithBadClock(t);
  const readable = () =>
    sidecar.findings().filter(({ check, status }) => check === 'certificate-readable' && status === 'pass').length;
  const before = readable();
  appear();
  await eventually('the cycle fails', () => errors.length === 1);
  t.strictSame(errors, ['the inventory could not be refreshed: no clock']);
  await eventually('the files of the second TiDB are read', () => readable() > before);
});

t.test(
  'after a first cycle that fails with a reloaded configuration, the reload reports it and ports are probed on schedule',
  async (t) => {
    const { sidecar, schedule, errors } = await sidecarWithBadClock(t);
    schedule.interval = 100;
    const message = 'configuration reloaded, but the first cycle with it failed: no clock';
    t.strictSame(await sidecar.reload(), { ok: false, message });
    t.strictSame(errors, [message]);
    await eventually('with the configuration in force', () => sidecar.collector.observations().length > 0);
  },
);
