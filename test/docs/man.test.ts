import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { flagsOf } from '../../agent/cli/commands/command.js';
import { commands } from '../../agent/cli/commands/commands.js';
import { needs } from '../support/peers.js';

const page = join(import.meta.dirname, '../../man/tidb-mtls-agent.1');

t.test('mandoc has nothing to warn of', needs('/usr/bin/mandoc', 'mandoc'), async (t) => {
  const { status, stdout } = spawnSync('mandoc', ['-T', 'lint', '-W', 'warning', page], { encoding: 'utf8' });
  // The page is the same whenever it is made: it has no date.
  t.strictSame(
    stdout.split('\n').filter((line) => line !== '' && !/missing date/.test(line)),
    [],
  );
  t.ok(status !== null && status < 3);
});

t.test('the page as it is read has every command and every flag', needs('/usr/bin/mandoc', 'mandoc'), async (t) => {
  const { status, stdout } = spawnSync('mandoc', ['-T', 'utf8', '-O', 'width=80', page], { encoding: 'utf8' });
  t.equal(status, 0);
  // Overstriking makes bold.
  const text = stdout.replaceAll('\u0008', '⌫').replace(/.⌫/gu, '');
  for (const command of commands) {
    t.match(text, new RegExp(`^   ${command.name}$`, 'm'));
    for (const { name, value } of flagsOf(command)) {
      t.match(
        text,
        new RegExp(`^ +--${name}${value === undefined ? '' : ` ${value}`}`, 'm'),
        `${command.name} --${name}`,
      );
    }
  }
  t.match(text, /check --config agent\.toml --output prometheus > mtls\.prom\.new;/, 'hyphens can be copied');
});

t.test('groff formats it without a warning', needs('/usr/bin/groff', 'groff'), async (t) => {
  const { status, stderr } = spawnSync('groff', ['-ww', '-z', '-man', page], { encoding: 'utf8' });
  t.match({ status, stderr }, { status: 0, stderr: '' });
});
