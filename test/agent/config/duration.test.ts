import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { check } from '../../../agent/cli/commands/check.js';
import { longestDuration, parseDuration } from '../../../agent/config/duration.js';
import { readAgentConfig } from '../../../agent/config/load.js';
import { runCommand } from '../../support/run-command.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

/** The longest timer of Node, in milliseconds; a longer one fires at once. */
const longestTimer = 2 ** 31 - 1;

t.test('the longest duration fits into a timer, with its jitter', async (t) => {
  const { milliseconds, text } = longestDuration;
  t.equal(parseDuration(text), milliseconds);
  t.ok(milliseconds * 1.1 < longestTimer);
});

t.test('a longer one is an error at its location, in files and flags', async (t) => {
  const file = join(temporaryDirectory(t), 'agent.toml');
  const probe = (rejections: string) => {
    writeFileSync(file, `[probe]\nnegative-interval = "${rejections}"\n`);
    return readAgentConfig(file).probe;
  };
  t.match(probe('500h'), { negativeInterval: 1_800_000_000 });
  for (const long of ['500h1ms', '720h', `${'9'.repeat(400)}h`]) {
    t.throws(() => probe(long), {
      code: 'agent-config',
      message: `${file}:2:21: probe.negative-interval is "${long}", longer than 500h`,
      hint: 'write probe.negative-interval = "500h" or less',
    });
  }
  await t.rejects(runCommand(check, ['--instance', 'tidb=127.0.0.1:1', '--timeout', '720h']), {
    code: 'bad_flag',
    message: '--timeout is "720h", longer than 500h',
    hint: 'write --timeout 500h or less',
  });
});
