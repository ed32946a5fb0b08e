import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import t from 'tap';
import { BasicAuth } from '../../../agent/http/basic-auth.js';
import { TokenBucket } from '../../../agent/http/token-bucket.js';
import { ask, startAgentServer } from '../../support/agent-server.js';
import { basic, layOut } from '../../support/web-files.js';

const users = new Map([['alice', hashSync('right', 8)]]);
const header = (credentials: string) => basic(credentials).authorization;

/** Of a processor: unlike a clock it does not count what the rest of the machine does. */
async function milliseconds(what: () => Promise<unknown>): Promise<number> {
  const start = process.cpuUsage();
  await what();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

t.test('guessing costs at most a quarter of a CPU, and an accepted user does not wait for it', async (t) => {
  const auth = new BasicAuth();
  t.equal(await auth.authenticate(header('alice:right'), users), 'accepted');
  await new Promise(setImmediate);
  const flood = Array.from({ length: 30 }, (_, guess) => auth.authenticate(header(`alice:${guess}`), users));
  const before = process.cpuUsage();
  const start = performance.now();
  t.ok((await milliseconds(() => auth.authenticate(header('alice:right'), users))) < 100);
  const answers = await Promise.all(flood);
  const spent = process.cpuUsage(before);
  const share = (spent.user + spent.system) / 1000 / (performance.now() - start);
  t.ok(share < 0.5, `${Math.round(share * 100)} % of a processor while guesses are worked on`);
  t.equal(answers.filter((one) => one === 'busy').length, 30 - 9, 'one is worked on, eight wait');
  t.notOk(answers.includes('accepted'));
  t.equal(await auth.authenticate(header('alice:0'), users), 'rejected', 'and a guess that was made is not made again');
});

t.test('an unknown user takes as long as a known one, at whatever cost, also where costs differ', async (t) => {
  for (const [cost, other] of [
    [6, 6],
    [10, 10],
    [4, 9],
  ] as const) {
    const auth = new BasicAuth();
    const known = new Map([
      ['alice', hashSync('right', cost)],
      ['bob', hashSync('right', other)],
    ]);
    // The first one pays for the compiler.
    await auth.authenticate(header('alice:warm'), known);
    const times: Record<'alice' | 'nobody', number[]> = { alice: [], nobody: [] };
    const least = () => [Math.min(...times.alice), Math.min(...times.nobody)] as const;
    const alike = () => Math.abs(Math.log(least()[0] / least()[1])) < Math.log(1.6);
    // The least of many is what it costs; a busy machine needs more of them.
    for (let round = 0; round < 5 || (round < 50 && !alike()); round++) {
      for (const name of ['alice', 'nobody'] as const) {
        const fresh = new BasicAuth();
        times[name].push(await milliseconds(() => fresh.authenticate(header(`${name}:${round}`), known)));
      }
    }
    t.ok(alike(), `cost ${cost}: ${least().map((one) => one.toFixed(1))} ms`);
  }
});

t.test('a header that is not Basic is rejected without a hash', async (t) => {
  const auth = new BasicAuth();
  for (const one of [undefined, '', 'Basic', 'Basic !', 'Bearer YTpi', 'Basic YTpi YTpi', `Basic ${'='.repeat(9)}`]) {
    t.equal(await auth.authenticate(one, users), 'rejected', one ?? 'none');
  }
  const hash = await milliseconds(() => auth.authenticate(header('alice:guess'), users));
  t.ok((await milliseconds(() => auth.authenticate('Basic !', users))) < hash / 2);
});

t.test('rate_limit: the burst at once, then one request per interval', async (t) => {
  let now = 0;
  const bucket = new TokenBucket({ interval: 1_000, burst: 2 }, () => now);
  const take = () => bucket.take();
  t.strictSame([take(), take(), take()], [true, true, false]);
  now = 1_000;
  t.strictSame([take(), take()], [true, false]);
  now = 60_000;
  t.strictSame([take(), take(), take()], [true, true, false]);

  const { url } = await startAgentServer(t, join(layOut(t, 'rate_limit: { interval: 1h, burst: 2 }\n'), 'web.yml'));
  const statuses = [];
  for (let request = 0; request < 3; request++) {
    statuses.push((await ask(`${url}/metrics`)).status);
  }
  t.strictSame(statuses, [200, 200, 429]);
});
