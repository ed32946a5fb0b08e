import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { checks } from '../../checks/catalogue.js';
import { exceptionOf, runChecks, runChecksInTurns } from '../../checks/run-checks.js';
import { evidenceOf, instanceOf, observed } from '../support/evidence.js';

t.test('every check has a unique id and a section that its findings link to', async (t) => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/checks.md'), 'utf8');
  const ids = checks.map(({ id }) => id);
  t.equal(new Set(ids).size, ids.length);
  for (const id of ids) {
    t.match(page, new RegExp(`^## ${id}$`, 'm'));
  }
});

t.test(
  'findings come worst first, with status, fix and help; without evidence all that is said is that nothing was asked',
  async (t) => {
    t.match(runChecks(evidenceOf({})), [{ check: 'coverage', status: 'unknown', message: /no port is known/ }]);
    t.equal(runChecks(evidenceOf({})).length, 1);
    const tikv = instanceOf('tikv', { list: ['tidb'] });
    const findings = runChecks(
      evidenceOf({
        instances: [tikv],
        observations: [observed(tikv, 'grpc', { outcome: 'unreachable', detail: 'x' }), observed(tikv, 'status')],
      }),
    );
    t.strictSame(
      findings.map(({ status }) => status),
      ['fail', 'pass', 'pass', 'pass'],
    );
    for (const { status, remediation, help, check } of findings) {
      t.equal(remediation === '', status === 'pass');
      t.equal(help, `docs/checks.md#${check}`);
    }
  },
);

t.test('a check that throws is inconclusive and carries the exception; the other checks still run', async (t) => {
  const evidence = evidenceOf({ instances: [instanceOf('tikv', { list: ['tidb'] })] });
  const [first, ...others] = checks;
  const broken = {
    ...(first as (typeof checks)[number]),
    id: 'broken',
    run: () => {
      throw new TypeError('on purpose');
    },
  };
  const catalogue = [broken, ...others];
  const turn = async () => undefined;
  for (const findings of [runChecks(evidence, catalogue), await runChecksInTurns(evidence, turn, catalogue)]) {
    const [failed] = findings.filter(({ check }) => check === 'broken');
    t.match(failed, { status: 'unknown', component: 'agent', message: /the check itself failed/ });
    t.match(failed && exceptionOf(failed), /^TypeError: on purpose at .*catalogue\.test/);
    t.strictSame(
      findings.filter((one) => one !== failed),
      runChecks(evidence, others),
    );
  }
});
