import { writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import pino from 'pino';
import t, { type Test } from 'tap';
import { readAgentConfig } from '../../../agent/config/load.js';
import { EventStore } from '../../../agent/sidecar/event-store.js';
import { Sidecar } from '../../../agent/sidecar/sidecar.js';
import { AgentMetrics } from '../../../metrics/agent-metrics.js';
import { eventually } from '../../support/eventually.js';
import { authority } from '../../support/evidence.js';
import { listening } from '../../support/listening.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

/** A sidecar without components, and a PD that does not answer before it closes every connection. */
async function sidecarAndSilentPd(t: Test) {
  const asking = new Set<Socket>();
  const pd = createServer((socket) => asking.add(socket));
  const url = `http://127.0.0.1:${await listening(t, pd)}`;
  const file = join(temporaryDirectory(t), 'agent.toml');
  const configure = (interval: string, pds: readonly string[] = []) =>
    writeFileSync(file, `[cluster]\npd = ${JSON.stringify(pds)}\n[probe]\ntimeout = "1h"\ninterval = "${interval}"\n`);
  configure('1s');
  const metrics = new AgentMetrics('host');
  let loaded = 0;
  const sidecar = await Sidecar.create({
    readConfig: () => {
      loaded++;
      return readAgentConfig(file);
    },
    metrics,
    logger: pino({ level: 'silent' }),
    history: new EventStore(undefined, () => undefined),
    now: () => new Date(),
    sweepInterval: 3_600_000,
  });
  t.teardown(() => sidecar.stop());
  await sidecar.begin();
  /** A reload that has read this interval and waits for PD. */
  const waiting = async (interval: string) => {
    configure(interval, [url]);
    const answer = sidecar.reload();
    await eventually('it waits for PD', () => asking.size > 0);
    return { answer };
  };
  const hangUp = () => {
    // It accepts no other connection.
    pd.close();
    for (const socket of asking) {
      socket.destroy();
    }
  };
  const interval = () => sidecar.collector.config.probe.interval;
  return { sidecar, file, configure, waiting, hangUp, interval, metrics, loads: () => loaded };
}

t.test('reloads that are requested while one waits for PD are one, which reads the latest file', async (t) => {
  const { sidecar, configure, waiting, hangUp, interval, loads } = await sidecarAndSilentPd(t);
  const slow = await waiting('2s');
  const before = loads();
  configure('3s');
  const later = Array.from({ length: 448 }, () => sidecar.reload());
  hangUp();
  const reloaded = { ok: true, message: 'configuration reloaded' };
  t.strictSame(await slow.answer, reloaded);
  for (const answer of later) {
    t.strictSame(await answer, reloaded);
  }
  t.equal(loads() - before, 1);
  t.equal(interval(), 3_000, 'the configuration is the one that was read last');
});

t.test('a bad file after a good one: each reload answers for the file that it read', async (t) => {
  const { sidecar, file, waiting, hangUp, interval, metrics } = await sidecarAndSilentPd(t);
  const slow = await waiting('2s');
  writeFileSync(file, '[probe]\nintervall = "1s"\n');
  const bad = sidecar.reload();
  hangUp();
  t.match(await slow.answer, { ok: true });
  const message = `${file}:2:1: unknown key probe.intervall: did you mean probe.interval?`;
  t.strictSame(await bad, { ok: false, message });
  t.equal(interval(), 2_000);
  t.match(await metrics.render(), /^tidb_mtls_config_last_reload_successful\{[^}]*\} 0$/m, 'the file is still bad');
});

t.test('a reload that completes after the agent was stopped starts nothing', async (t) => {
  const { sidecar, waiting, hangUp, interval } = await sidecarAndSilentPd(t);
  const slow = await waiting('2s');
  await sidecar.stop();
  hangUp();
  t.strictSame(await slow.answer, { ok: false, message: 'configuration not reloaded: the agent is stopping' });
  t.equal(interval(), 1_000);
});

t.test('results are published while a cycle after a reload waits for a port that hangs', async (t) => {
  const { sidecar, file } = await sidecarAndSilentPd(t);
  const hanging = await listening(t, createServer());
  const security = '[security]\nca-path = "ca"\ncert-path = "cert"\nkey-path = "key"\n';
  const { certificatePem, keyPem } = await authority.issue({ commonName: 'agent' });
  for (const [name, text] of Object.entries({ ca: authority.certificatePem, cert: certificatePem, key: keyPem })) {
    writeFileSync(join(dirname(file), name), text);
  }
  const instance = (port: number) => `[[instance]]\ncomponent = "tidb"\naddress = "127.0.0.1:${port}"\n`;
  const probe = '[probe]\ntimeout = "1h"\ninterval = "1h"\n';
  writeFileSync(file, `scope = "cluster"\n${security}${probe}${instance(1)}${instance(hanging)}`);
  void sidecar.reload();
  const found = (port: number) => sidecar.findings().some((one) => one.instance === `127.0.0.1:${port}`);
  await eventually('both ports are evaluated', () => found(1) && found(hanging));
});
