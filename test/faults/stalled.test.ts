import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { eventually } from '../support/eventually.js';
import { listening } from '../support/listening.js';
import { startAgent } from '../support/run-agent.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { authority, keys } from '../support/watching-agent.js';

t.test('SIGSTOP in the middle of a check, SIGCONT: what was missed is probed again, and evaluated', async (t) => {
  const trust = { ca: authority.certificatePem, requestCert: true, rejectUnauthorized: true };
  let questions = 0;
  const server = createServer({ ...keys, ...trust }, (_request, response) => {
    questions++;
    // The first one is never answered: its client has stopped.
    if (questions > 1) {
      response.end('{"version":"8.0.11-TiDB-v8.5.0","connections":0,"git_hash":""}');
    }
  });
  const address = `127.0.0.1:${await listening(t, server)}`;
  const directory = temporaryDirectory(t);
  const files = { cacert: authority.certificatePem, ...keys };
  const agent = Object.entries(files).flatMap(([name, pem]) => {
    const file = join(directory, name);
    writeFileSync(file, pem);
    return [`--${name}`, file];
  });
  const flags = ['--instance', `tidb=${address}`, '--timeout', '4s', '--no-negative-probes', '--all'];
  const check = startAgent(['check', ...flags, ...agent]);
  t.teardown(() => check.child.kill('SIGKILL'));
  await eventually('it asks', () => questions === 1);
  check.child.kill('SIGSTOP');
  // Beyond its own deadline.
  await pause(6_000);
  check.child.kill('SIGCONT');
  t.match((await check.ended).stdout, /^✓ tidb \S+ status as agent .*\[endpoint-answers\]$/m);
});
