import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import pino from 'pino';
import t, { type Test } from 'tap';
import { WebConfigHolder } from '../../../agent/http/web-config-holder.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const user = (name: string) => `  ${name}: ${hashSync('secret', 4)}\n`;
const users = `basic_auth_users:\n${user('alice')}${user('bob')}`;
const headers = 'http_server_config:\n  headers:\n    X-Frame-Options: deny\n';

function holding(t: Test, text: string) {
  const file = join(temporaryDirectory(t), 'web.yml');
  writeFileSync(file, text);
  const read: boolean[] = [];
  const errors: unknown[] = [];
  const logger = pino({ level: 'error' }, { write: (line) => errors.push(JSON.parse(line)) });
  const holder = new WebConfigHolder(file, logger, (ok) => read.push(ok));
  const after = (next: string) => {
    writeFileSync(file, next);
    return holder.current();
  };
  return { file, holder, after, read, errors };
}

t.test(
  'a file that was emptied, or lost its users, removes no protection: the last valid one stays in use',
  async (t) => {
    const { file, holder, after, read, errors } = holding(t, users + headers);
    const before = holder.current();
    for (const [what, text] of [
      ['settings', ''],
      ['settings', '# to be written\n'],
      ['settings', 'basic_auth_users:\n'],
      ['basic_auth_users', headers],
      ['basic_auth_users', `${headers}basic_auth_users: {}\n`],
    ] as const) {
      t.equal(after(text), before, JSON.stringify(text));
      t.equal(read.pop(), false);
      t.match(errors.pop(), {
        msg: 'web configuration not reloaded; the last valid one stays in use',
        reason: `${file} no longer has ${what}`,
        hint: 'restart the agent to use the file as it is',
      });
    }
    t.strictSame(
      [...(after(`basic_auth_users:\n${user('bob')}`).users?.keys() ?? [])],
      ['bob'],
      'other users are taken',
    );
    t.strictSame([read, errors], [[true], []]);
  },
);

t.test('a file without protection may stay without it', async (t) => {
  const { after, read, errors } = holding(t, '');
  t.match(after('# nothing\n'), { users: undefined });
  t.match(after(headers), { headers: { 'x-frame-options': 'deny' } });
  t.equal(after(`${users}${headers}`).users?.size, 2);
  t.strictSame([read, errors], [[true, true, true], []]);
});
