import { writeFileSync } from 'node:fs';
import t from 'tap';
import { Collector } from '../../../agent/collect/collector.js';
import { isHandshakeStale } from '../../../agent/collect/stale-handshake.js';
import { readAgentConfig } from '../../../agent/config/load.js';
import { Authority } from '../../../certs-dev/authority.js';
import { devCluster } from '../../support/dev-cluster.js';
import { authority, factsOf, instanceOf, names, serverHandshakeOf } from '../../support/evidence.js';

t.test(
  'a handshake is stale after a change of the CA file, a restart and a reload, and while it names other CAs',
  async (t) => {
    const facts = await factsOf(t, await authority.issue(names));
    const at = new Date('2026-01-01T00:10:00Z');
    const [before, after] = [new Date('2026-01-01T00:00:00Z'), new Date('2026-01-01T00:20:00Z')];
    const named = (facts.ca ?? []).map(({ subjectDer }) => subjectDer);
    const handshake = (authorities: readonly string[]) => serverHandshakeOf(instanceOf('pd'), { at, authorities });
    const of = (more: Partial<Parameters<typeof isHandshakeStale>[1]['baseline'] & object>, configuredAt = before) =>
      isHandshakeStale(handshake(named), { baseline: { caDigest: 'x', since: before, ...more }, facts, configuredAt });
    t.equal(of({}), false);
    t.equal(of({ changedAt: before, processStart: before }), false, 'it was read after both');
    t.equal(of({ changedAt: after }), true);
    t.equal(of({ processStart: after }), true);
    t.equal(of({}, after), true, 'SIGHUP');
    t.equal(isHandshakeStale(handshake(['00']), { baseline: undefined, facts, configuredAt: before }), true);
  },
);

t.test('after a CA change and a restart the next probe reads the CAs of the process again', async (t) => {
  const cluster = await devCluster(t, { members: { pd: 1 } });
  const config = readAgentConfig(cluster.agentConfig);
  const collector = await Collector.create(config, { now: () => new Date(), onReload: () => undefined });
  const { signal } = new AbortController();
  await collector.readCredentials();
  const target = collector.targets.find(({ endpoint }) => endpoint.name === 'client');
  if (target === undefined) {
    throw new TypeError('the dev cluster has a PD');
  }
  const statusOf = (id: string) =>
    collector
      .evaluate()
      .filter(({ check, endpoint }) => check === id && (endpoint ?? 'client') === 'client')
      .map(({ status }) => status);
  const trusted = () => [...statusOf('trusts-ca-on-disk'), ...statusOf('ca-unchanged')];
  await collector.negativeProbe(target, signal);
  t.strictSame(trusted(), ['pass', 'pass']);
  const next = await Authority.create({ commonName: 'Next CA' });
  writeFileSync(cluster.files('pd').ca, `${cluster.authority.certificatePem}${next.certificatePem}`);
  await collector.readCredentials();
  await collector.probe(target, signal);
  t.strictSame(trusted(), ['fail', 'warn'], 'the process holds the CA of its start');
  cluster.restart('pd');
  await collector.probe(target, signal);
  t.match(trusted(), [/pass|unknown/, 'pass'], 'without a negative probe');
});
