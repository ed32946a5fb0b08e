import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { checks, runChecks } from '../../checks/catalogue.js';
import { evidenceOf, instanceOf, observed } from '../support/evidence.js';

t.test('every check has an id of its own and a section that its findings link to', async (t) => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/checks.md'), 'utf8');
  const ids = checks.map(({ id }) => id);
  t.equal(new Set(ids).size, ids.length);
  for (const id of ids) {
    t.match(page, new RegExp(`^## ${id}$`, 'm'));
  }
});

t.test('findings come worst first, with status, cure and help; no evidence gives no failure', async (t) => {
  t.strictSame(runChecks(evidenceOf({})), []);
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
});
