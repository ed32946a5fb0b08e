import { readFileSync } from 'node:fs';
import t from 'tap';
import { Rejection, rejectionOf, rejectionReasons } from '../../proxy/rejection.js';

t.test('every reason is explained in docs/proxy.md', async (t) => {
  const page = readFileSync(new URL('../../docs/proxy.md', import.meta.url), 'utf8');
  for (const reason of rejectionReasons) {
    t.match(page, `| \`${reason}\` | `);
  }
});

t.test('an error that is no rejection is an internal error, with its cause', async (t) => {
  const rejection = new Rejection('not-authorized', 'CN=x matches no entry of an allow-list');
  t.equal(rejectionOf(rejection), rejection);
  const cause = new RangeError('too long');
  t.match(rejectionOf(cause), { code: 'internal-error', message: 'too long', cause });
});
