import { writeFileSync } from 'node:fs';
import pino from 'pino';
import t from 'tap';
import { ObservationStore } from '../../../agent/collect/observation-store.js';
import { sameConfiguration } from '../../../agent/collect/retention.js';
import { ChangeLog } from '../../../agent/sidecar/change-log.js';
import { EventStore } from '../../../agent/sidecar/event-store.js';
import { findingOf } from '../../../checks/finding.js';
import { gatherCredentialFacts } from '../../../credentials/gather.js';
import { authority, factsOf, instanceOf, names, observed } from '../../support/evidence.js';

const unexpected = (error: unknown) => {
  throw error;
};

function changeLogAt(clock: { now: Date }) {
  const history = new EventStore(undefined, unexpected);
  const logged: string[] = [];
  const logger = pino({}, { write: (line) => void logged.push(JSON.parse(line).msg) });
  const changeLog = new ChangeLog(logger, history, () => clock.now);
  const store = new ObservationStore();
  store.subscribe((recorded) => changeLog.observed(recorded));
  return { history, changeLog, store, logged };
}

t.test('a port that serves another certificate is reported, with the last probe that saw the one before', async (t) => {
  const { history, store } = changeLogAt({ now: new Date() });
  const tikv = instanceOf('tikv');
  const [former, next] = [await authority.issue(names), await authority.issue(names)];
  const [first, second, third] = [0, 1, 2].map((second) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)));
  for (const [chain, at] of [
    [former, first],
    [former, second],
    [next, third],
    [next, third],
  ] as const) {
    store.record(observed(tikv, 'grpc', { chain, ...(at === undefined ? {} : { at }) }));
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

t.test('a new certificate on disk is reported once, in whatever order its files are written', async (t) => {
  const { history, changeLog } = changeLogAt({ now: new Date() });
  const before = await factsOf(t, await authority.issue(names));
  const { paths } = before;
  const read = async () =>
    changeLog.filesRead([
      { component: 'tikv', instance: 'a/b', facts: await gatherCredentialFacts(paths, new Date()) },
    ]);
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
  t.match(events[2], { component: 'tikv', instance: 'a/b', changedAt: /^\d{4}-/, notAfter: /^\d{4}-/ });
});

t.test('a finding is as old as its status', async (t) => {
  const clock = { now: new Date(0) };
  const { changeLog } = changeLogAt(clock);
  const of = (status: 'pass' | 'fail', message: string) => findingOf('key-usages', status, 'agent', { message });
  changeLog.evaluated([of('fail', 'a')]);
  clock.now = new Date(1_000);
  changeLog.evaluated([of('fail', 'b')]);
  t.strictSame(changeLog.since(of('fail', 'c')), new Date(0), 'whatever its words');
  clock.now = new Date(2_000);
  changeLog.evaluated([of('pass', '')]);
  t.equal(changeLog.since(of('pass', '')), undefined, 'and ends with it');
  t.equal(changeLog.since(of('fail', 'a')), undefined);
});

const place = findingOf('certificate-validity', 'fail', 'agent', { message: 'expired' });
const reportedBy = (history: EventStore) => history.events().map(({ message }) => message.split(',')[0]);

t.test('the result of a check is reported when it changes, and once', async (t) => {
  const { history, changeLog } = changeLogAt({ now: new Date() });
  const passed = { ...place, status: 'pass' } as const;
  for (const findings of [[passed], [place], [place], [passed], [passed], [place]]) {
    changeLog.evaluated(findings);
  }
  const fail = 'certificate-validity: fail';
  t.same(reportedBy(history), [fail, 'certificate-validity: pass', fail]);
});

t.test('where one check has several findings in one place, the worst is its result, at each evaluation', async (t) => {
  const { history, changeLog } = changeLogAt({ now: new Date() });
  const findings = [
    place,
    { ...place, status: 'warn', message: 'expires soon' },
    { ...place, status: 'pass' },
  ] as const;
  changeLog.evaluated(findings);
  changeLog.evaluated(findings);
  t.same(reportedBy(history), ['certificate-validity: fail']);
});

t.test('findings that are equally bad in the same place are logged with it, and once', async (t) => {
  const { history, changeLog, logged } = changeLogAt({ now: new Date() });
  const findings = [
    { ...place, message: 'a is missing' },
    { ...place, message: 'b is missing' },
    { ...place, status: 'warn', message: 'c expires soon' },
  ] as const;
  changeLog.evaluated(findings);
  changeLog.evaluated(findings);
  t.same(logged, ['a is missing', 'b is missing']);
  t.equal(history.events().length, 1);
});

t.test('instances that are gone are forgotten once they are many, and none before', async (t) => {
  const { logged, store: first } = changeLogAt({ now: new Date() });
  let store = first;
  const keep = () => {
    store = store.successor([stays], sameConfiguration([stays]));
  };
  const stays = instanceOf('tikv', { name: 'stays:1' });
  const reported = (names: readonly string[]) => {
    const before = logged.length;
    for (const name of names) {
      store.record(observed({ ...stays, name }, 'grpc', { outcome: 'unreachable', detail: 'gone' }));
    }
    return logged.length - before;
  };
  t.equal(reported(['stays:1', 'goes:1']), 2);
  keep();
  t.equal(reported(['stays:1', 'goes:1']), 0, 'one that comes back is nothing new');
  reported(Array.from({ length: 1_000 }, (_, at) => `other:${at}`));
  keep();
  t.equal(reported(['stays:1', 'goes:1']), 1, 'but of a thousand that are gone none is known any more');
});
