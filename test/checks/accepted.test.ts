import t from 'tap';
import { withAcceptances } from '../../checks/accepted.js';
import { findingOf, summarize } from '../../checks/finding.js';
import { openQuestions } from '../../checks/open-questions.js';
import { instanceOf } from '../support/evidence.js';

const now = new Date('2026-12-01T00:00:00Z');
const until = new Date('2027-02-01T00:00:00Z');
const tikv = instanceOf('tikv');
const [grpc, status] = tikv.endpoints;
const rejected = findingOf('endpoint-answers', 'fail', tikv, {
  message: 'rejected',
  remediation: 'fix it',
  ...(status && { endpoint: status }),
});
const acceptance = { check: 'endpoint-answers', until, reason: 'replaced next month' };

t.test('an accepted failure is shown as such, with its reason, until its date has passed', async (t) => {
  const [finding] = withAcceptances([rejected], [acceptance], now);
  t.match(finding, {
    status: 'accepted',
    message: 'rejected; accepted until 2027-02-01T00:00:00.000Z: replaced next month',
    remediation: 'fix it',
    evidence: { acceptedStatus: 'fail', acceptedUntil: '2027-02-01T00:00:00.000Z' },
  });
  t.match(withAcceptances([rejected], [acceptance], until), [rejected]);
  t.match(summarize(withAcceptances([rejected], [acceptance], now)), { fail: 0, accepted: 1 });
});

t.test('it covers the place that it names and no other, and only failures and warnings', async (t) => {
  const statusOf = (finding: typeof rejected, more: object) =>
    withAcceptances([finding], [{ ...acceptance, ...more }], now)[0]?.status;
  t.equal(statusOf(rejected, { component: 'tikv', instance: tikv.name, port: 'status' }), 'accepted');
  t.equal(statusOf(rejected, { port: grpc?.name }), 'fail');
  t.equal(statusOf(rejected, { instance: '10.0.1.9:20160' }), 'fail');
  t.equal(statusOf(rejected, { component: 'pd' }), 'fail');
  t.equal(statusOf(rejected, { check: 'key-usages' }), 'fail');
  t.equal(statusOf({ ...rejected, status: 'unknown' }, {}), 'unknown', 'what has no answer cannot be accepted');
});

t.test('open questions are those of checks that ask whom a port accepts and rejects', async (t) => {
  const open = (check: string) => openQuestions([findingOf(check, 'unknown', tikv, { message: '' })]).length;
  t.strictSame(
    ['endpoint-answers', 'rejects-unauthorized', 'caller-accepted', 'coverage', 'after-enable'].map(open),
    [1, 1, 1, 1, 1],
  );
  t.strictSame(['trusts-ca-on-disk', 'served-matches-file'].map(open), [0, 0]);
});
