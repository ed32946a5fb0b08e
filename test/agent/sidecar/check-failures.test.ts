import t from 'tap';
import { CheckFailures } from '../../../agent/sidecar/check-failures.js';
import { runCheck } from '../../../checks/run-checks.js';
import { evidenceOf } from '../../support/evidence.js';

function throwing(id: string, message: string) {
  const run = () => {
    throw new RangeError(message);
  };
  return runCheck({ id, run }, evidenceOf({}));
}

t.test('each exception of each check is reported once, and findings without one never', async (t) => {
  const reported: string[] = [];
  const failures = new CheckFailures((check, exception) => reported.push(`${check} ${exception.split(' at ')[0]}`));
  for (let round = 0; round < 3; round++) {
    failures.found([...throwing('one', 'x'), ...throwing('two', 'x'), ...throwing('one', 'y')]);
    failures.found(runCheck({ id: 'sound', run: () => [] }, evidenceOf({})));
  }
  t.strictSame(reported, ['one RangeError: x', 'two RangeError: x', 'one RangeError: y']);
});

t.test('exceptions that differ each time fill no memory', async (t) => {
  let reported = 0;
  const failures = new CheckFailures(() => reported++);
  for (let round = 0; round < 500; round++) {
    failures.found(throwing('one', `${round}`));
  }
  t.equal(reported, 100);
});
