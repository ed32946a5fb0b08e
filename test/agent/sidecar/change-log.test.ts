import { writeFileSync } from 'node:fs';
import pino from 'pino';
import t from 'tap';
import { Journal } from '../../../agent/sidecar/change-log.js';
import { History } from '../../../agent/sidecar/event-store.js';
import { findingOf } from '../../../checks/finding-of.js';
import { gatherCredentialFacts } from '../../../credentials/gather.js';
import { authority, factsOf, instanceOf, names, observed } from '../../support/evidence.js';

const unexpected = (error: unknown) => {
  throw error;
};

function journalAt(clock: { now: Date }) {
  const history = new History(undefined, unexpected);
  const logged: string[] = [];
  const logger = pino({}, { write: (line) => void logged.push(JSON.parse(line).msg) });
  return { history, journal: new Journal(logger, history, () => clock.now), logged };
}

t.test('a port that serves another certificate is told, with the last look at the one before', async (t) => {
  const { history, journal } = journalAt({ now: new Date() });
  const tikv = instanceOf('tikv');
  const [former, next] = [await authority.issue(names), await authority.issue(names)];
  const [first, second, third] = [0, 1, 2].map((second) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)));
  for (const [chain, at] of [
    [former, first],
    [former, second],
    [next, third],
    [next, third],
  ] as const) {
    journal.observed([observed(tikv, 'grpc', { chain, ...(at === undefined ? {} : { at }) })]);
  }
  t.match(history.events(), [
    {
      kind: 'served',
      endpoint: 'grpc',
      at: third?.toISOString(),
      formerAt: second?.toISOString(),
      fingerprint: /^\w{64}$/,
    },
  ]);
  t.equal(history.events().length, 1);
});

t.test('a new certificate on disk is told once, however its files came', async (t) => {
  const { history, journal } = journalAt({ now: new Date() });
  const before = await factsOf(t, await authority.issue(names));
  const { paths } = before;
  const read = async () => journal.filesRead(new Map([['tikv/a', await gatherCredentialFacts(paths, new Date())]]));
  await read();
  const next = await authority.issue(names);
  writeFileSync(paths.key ?? '', next.keyPem);
  await read();
  writeFileSync(paths.cert ?? '', '');
  await read();
  writeFileSync(paths.cert ?? '', next.certificatePem);
  await read();
  await read();
  const events = history.events().filter(({ kind }) => kind === 'rotation');
  t.equal(events.length, 3, 'each change of a file');
  t.strictSame(
    events.map(({ fingerprint }) => fingerprint !== undefined),
    [false, false, true],
    'and one new certificate',
  );
  t.match(events[2], { component: 'tikv', instance: 'a', changedAt: /^\d{4}-/, notAfter: /^\d{4}-/ });
});

t.test('a finding is as old as its status', async (t) => {
  const clock = { now: new Date(0) };
  const { journal } = journalAt(clock);
  const of = (status: 'pass' | 'fail', message: string) => findingOf('key-usages', status, 'agent', { message });
  journal.judged([of('fail', 'a')]);
  clock.now = new Date(1_000);
  journal.judged([of('fail', 'b')]);
  t.strictSame(journal.since(of('fail', 'c')), new Date(0), 'whatever its words');
  clock.now = new Date(2_000);
  journal.judged([of('pass', '')]);
  t.equal(journal.since(of('pass', '')), undefined, 'and ends with it');
  t.equal(journal.since(of('fail', 'a')), undefined);
});

const place = findingOf('certificate-validity', 'fail', 'agent', { message: 'ended' });
const toldBy = (history: History) => history.events().map(({ message }) => message.split(',')[0]);

t.test('a verdict is told when it changes, and once', async (t) => {
  const { history, journal } = journalAt({ now: new Date() });
  const passed = { ...place, status: 'pass' } as const;
  for (const findings of [[passed], [place], [place], [passed], [passed], [place]]) {
    journal.judged(findings);
  }
  const fail = 'certificate-validity: fail';
  t.same(toldBy(history), [fail, 'certificate-validity: pass', fail]);
});

t.test('where one check says several things of one place, the worst is its verdict, time and again', async (t) => {
  const { history, journal } = journalAt({ now: new Date() });
  const findings = [place, { ...place, status: 'warn', message: 'ends soon' }, { ...place, status: 'pass' }] as const;
  journal.judged(findings);
  journal.judged(findings);
  t.same(toldBy(history), ['certificate-validity: fail']);
});

t.test('what is as bad in the same place is logged with it, and once', async (t) => {
  const { history, journal, logged } = journalAt({ now: new Date() });
  const findings = [
    { ...place, message: 'a is missing' },
    { ...place, message: 'b is missing' },
    { ...place, status: 'warn', message: 'c ends soon' },
  ] as const;
  journal.judged(findings);
  journal.judged(findings);
  t.same(logged, ['a is missing', 'b is missing']);
  t.equal(history.events().length, 1);
});

t.test('instances that are gone are forgotten once they are many, and none before', async (t) => {
  const { logged, journal } = journalAt({ now: new Date() });
  const stays = instanceOf('tikv', { name: 'stays:1' });
  const told = (names: readonly string[]) => {
    const before = logged.length;
    for (const name of names) {
      journal.observed([observed({ ...stays, name }, 'grpc', { outcome: 'unreachable', detail: 'gone' })]);
    }
    return logged.length - before;
  };
  t.equal(told(['stays:1', 'goes:1']), 2);
  journal.keep([stays]);
  t.equal(told(['stays:1', 'goes:1']), 0, 'one that comes back is nothing new');
  told(Array.from({ length: 1_000 }, (_, at) => `other:${at}`));
  journal.keep([stays]);
  t.equal(told(['stays:1', 'goes:1']), 1, 'but of a thousand that are gone none is known any more');
});
