import { createServer, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import { Collector } from '../../../agent/collect/collector.js';
import { defaults } from '../../../agent/config/load.js';
import { eventually, patience } from '../../support/eventually.js';
import { authority, factsOf, names } from '../../support/evidence.js';
import { listening } from '../../support/listening.js';
import { startAgent } from '../../support/run-agent.js';

const firstByteOfTls = 22;

/** A port that takes connections and says nothing. */
async function silentPort(t: Test, onData: (bytes: Buffer, socket: Socket) => void = () => undefined) {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.on('data', (bytes) => onData(bytes, socket));
  });
  const address = `127.0.0.1:${await listening(t, server)}`;
  return { address, isAsked: () => connections > 0 };
}

const noResult = { status: 2, stdout: '', stderr: /interrupted before every port was probed\n {4}let it finish/ };

t.test('check --watch, interrupted while PD is asked, gives no result', async (t) => {
  const { address, isAsked } = await silentPort(t);
  const agent = startAgent(['check', '--watch', '--pd', `http://${address}`, '--timeout', '2s']);
  t.teardown(() => agent.child.kill('SIGKILL'));
  await eventually('PD is asked', isAsked);
  agent.child.kill('SIGINT');
  t.match(await agent.ended, noResult);
});

t.test('nor does a rehearsal that is interrupted in the middle', async (t) => {
  const { address, isAsked } = await silentPort(t);
  const { ca = '', cert = '', key = '' } = (await factsOf(t, await authority.issue(names))).paths;
  const candidate = ['--component', 'tikv', '--cacert', ca, '--cert', cert, '--key', key];
  const instances = ['--instance', `pd=${address}`, '--instance', 'tikv=127.0.0.1:1'];
  const agent = startAgent(['rehearse', ...candidate, ...instances, '--timeout', `${patience / 1_000}s`]);
  t.teardown(() => agent.child.kill('SIGKILL'));
  await eventually('PD is called', isAsked);
  agent.child.kill('SIGINT');
  t.match(await agent.ended, noResult);
});

t.test('a negative probe that is cut short says nothing of the port', async (t) => {
  const stop = new AbortController();
  let metPlaintext = false;
  const { address } = await silentPort(t, (bytes, socket) => {
    const overTls = bytes[0] === firstByteOfTls;
    if (overTls && metPlaintext) {
      stop.abort();
    } else {
      metPlaintext ||= !overTls;
      socket.destroy();
    }
  });
  const collector = await Collector.create(
    {
      ...defaults,
      scope: 'cluster',
      instances: [{ component: 'tidb', address, origin: { kind: 'flag', name: '--instance' } }],
      probe: { ...defaults.probe, timeout: patience },
    },
    { now: () => new Date(), onReload: () => undefined },
  );
  const [target] = collector.negativeTargets;
  const seen = target === undefined ? [] : await collector.negativeProbe(target, stop.signal);
  t.ok(stop.signal.aborted);
  for (const entries of [seen, collector.observations()]) {
    t.match(
      entries.map(({ observation }) => [observation.identity, observation.outcome]),
      [['plaintext', 'rejected']],
    );
    t.equal(entries.length, 1, 'the anonymous one is left out');
  }
});
