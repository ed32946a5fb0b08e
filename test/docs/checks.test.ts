import t from 'tap';
import { checks } from '../../checks/catalogue.js';
import { runChecks } from '../../checks/run-checks.js';
import { examples, examplesOf } from '../../generate/checks.js';

t.test('each status that a check says it gives has an example, which the check itself gave', async (t) => {
  for (const check of checks) {
    t.strictSame(
      examplesOf(check).map(({ status, check: id }) => [status, id]),
      ['fail', 'warn', 'unknown'].filter((status) => status in check.statuses).map((status) => [status, check.id]),
    );
    t.equal('fail' in check.statuses, check.severity === 'fail', `${check.id}: its worst status`);
  }
});

t.test('no check gives a status that it does not tell of', async (t) => {
  for (const evidence of Object.values(examples).flat()) {
    for (const { check, status } of runChecks(evidence)) {
      const known = checks.find(({ id }) => id === check)?.statuses ?? {};
      t.ok(status === 'pass' || status in known, `${check}: ${status}`);
    }
  }
});
