import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { eventually } from '../support/eventually.js';
import { listening } from '../support/listening.js';
import { needs } from '../support/peers.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import {
  authority,
  endsWell,
  goesOnAsking,
  instanceAt,
  statusPort,
  type WatchingAgent,
  watchingAgent,
} from '../support/watching-agent.js';

// They wait for most of their time.
t.jobs = 3;

const prlimit = needs('/usr/bin/prlimit', 'util-linux');

t.test('file descriptors exhausted: reported, no port fails, no file is called invalid', prlimit, async (t) => {
  const ports = await Promise.all(
    Array.from({ length: 30 }, () =>
      listening(
        t,
        createServer((one) => one.resume()),
      ),
    ),
  );
  const good = await statusPort(t);
  const toml = [good, ...ports].map((port) => instanceAt(port)).join('');
  // Thirty connections that hang, and fewer descriptors than they need.
  const probe = 'interval = "1s"\ntimeout = "3s"\nconcurrency = 40\nnegative-interval = "off"';
  const agent = await watchingAgent(t, { toml, probe });
  const limit = readdirSync(`/proc/${agent.pid}/fd`).filter((one) => Number(one) < 25).length + 8;
  execFileSync('prlimit', ['--pid', String(agent.pid), `--nofile=${limit}:4096`]);
  const count = (outcome: string) =>
    agent.metric('tidb_mtls_probes_total', `:${good}"`, 'identity="agent"', `outcome="${outcome}"`);
  await eventually('some port could not be asked', async () => /EMFILE/.test(agent.output()));
  // At the limit its own port resets connections, too, so the log has to say it.
  await eventually('it is said', () => /nearly out of file descriptors/.test(agent.output()));
  execFileSync('prlimit', ['--pid', String(agent.pid), '--nofile=4096:4096']);
  await eventually('and that', () => /enough file descriptors again/.test(agent.output()));
  const before = await count('accepted');
  await eventually('it goes on when there are some', async () => (await count('accepted')) > before);
  for (const outcome of ['rejected', 'unreachable', 'not-tls']) {
    t.equal(await count(outcome), 0, `and never called ${outcome}`);
  }
  t.notMatch(await agent.metrics(), /detected_by="(event|sweep)"[^}]*\} [1-9]/, 'and no file is called changed');
  const wrong = (await agent.findings()).filter(
    ({ check, status }) => check === 'certificate-readable' && status === 'fail',
  );
  t.strictSame(wrong, [], 'nor unreadable');
  await endsWell(t, agent);
});

t.test(
  'inotify watches exhausted: the sweep detects the change, a metric says that events fail, and when they work again',
  needs('/usr/bin/unshare', 'util-linux'),
  async (t) => {
    // A user namespace has limits of its own, so nothing else on this machine is short of watches.
    const limits = '/proc/sys/user/max_inotify_watches';
    const before = `exec unshare --user --map-root-user /bin/sh -c 'echo 0 >${limits}; exec "$@"' sh`;
    const agent = await watchingAgent(t, { toml: instanceAt(await statusPort(t)), before });
    t.equal(await agent.metric('tidb_mtls_file_events_watched'), 0);
    t.match(agent.output(), /no file events; the periodic sweep alone finds changes/);
    const next = await authority.issue({ commonName: 'next', dns: ['localhost'], ip: ['127.0.0.1'] });
    writeFileSync(agent.files.key, next.keyPem);
    writeFileSync(agent.files.cert, next.certificatePem);
    await eventually('the sweep sees it', async () =>
      /certificate_info\{component="agent"[^}]*CN=next/.test(await agent.metrics()),
    );
    t.ok((await agent.metric('tidb_mtls_file_changes_total', 'sweep')) >= 1);
    t.equal(await agent.metric('tidb_mtls_file_changes_total', 'event'), 0);
    execFileSync('nsenter', ['--user', `--target=${agent.pid}`, '/bin/sh', '-c', `echo 4096 >${limits}`]);
    await eventually('events are back', async () => (await agent.metric('tidb_mtls_file_events_watched')) === 1);
    await goesOnAsking(agent);
    await endsWell(t, agent);
  },
);

t.test('SIGSTOP for longer than every deadline, SIGCONT: no port gets a result other than accepted', async (t) => {
  // The port answers after a while, so that a probe is always in flight.
  const agent = await watchingAgent(t, {
    toml: instanceAt(await statusPort(t, { delay: 700 })),
    probe: 'interval = "100ms"\ntimeout = "5s"\nnegative-interval = "off"',
  });
  for (let round = 0; round < 2; round++) {
    agent.kill('SIGSTOP');
    await pause(7_000);
    agent.kill('SIGCONT');
    await goesOnAsking(agent);
  }
  for (const outcome of ['rejected', 'timeout', 'unreachable', 'not-tls']) {
    t.equal(await agent.metric('tidb_mtls_probes_total', 'identity="agent"', `outcome="${outcome}"`), 0, outcome);
  }
  await endsWell(t, agent);
});

t.test(
  'a clock that jumps both ways: validity follows the wall clock, the schedule does not',
  needs('/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1', 'faketime'),
  async (t) => {
    const clock = join(temporaryDirectory(t), 'clock');
    writeFileSync(clock, '+0');
    const agent = await watchingAgent(t, {
      toml: instanceAt(await statusPort(t)),
      env: {
        LD_PRELOAD: '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1',
        FAKETIME_TIMESTAMP_FILE: clock,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      },
    });
    const result = async () =>
      (await agent.findings()).find((one) => one.check === 'certificate-validity' && one.instance === 'agent');
    t.match(await result(), { status: 'pass' });
    for (const [jump, message] of [
      ['+400d', /ended|expired/],
      ['-400d', /not valid|begins|not yet/],
    ] as const) {
      writeFileSync(clock, jump);
      await eventually(`${jump}: the certificate is not valid`, async () => (await result())?.status === 'fail');
      t.match(await result(), { message }, jump);
      const probes = async () =>
        (await agent.metrics())
          .split('\n')
          .filter((line) => /^tidb_mtls_probes_total/.test(line))
          .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
      const before = await probes();
      await eventually('the rhythm stays', async () => (await probes()) > before + 3);
      writeFileSync(clock, '+0');
      await eventually('and all is well again', async () => (await result())?.status === 'pass');
      await goesOnAsking(agent);
    }
    await endsWell(t, agent);
  },
);

t.test('SIGTERM in every phase ends it at once, with exit status 0 once it has begun', async (t) => {
  let negativeProbes = 0;
  const silent = await Promise.all(
    Array.from({ length: 20 }, () =>
      listening(
        t,
        createServer((one) => {
          negativeProbes++;
          one.resume();
        }),
      ),
    ),
  );
  const hanging = silent.map((port) => instanceAt(port)).join('');
  const good = instanceAt(await statusPort(t));
  const slow = 'interval = "1s"\ntimeout = "1h"\nnegative-interval = "off"';
  const ends = async (what: string, { ended }: WatchingAgent, expected: object) => {
    let end: object | undefined;
    ended.then((one) => {
      end = one;
    });
    await eventually(`${what}: it ends`, () => end !== undefined);
    t.match(end, expected, what);
  };

  const early = await watchingAgent(t, { toml: good, wait: false });
  early.kill('SIGTERM');
  // On a busy machine it may have begun.
  const { status, signal } = await early.ended;
  t.ok(signal === 'SIGTERM' || status === 0, `at once: ${signal ?? status}`);

  const pd = `[cluster]\npd = ["https://127.0.0.1:${silent[0]}"]\n`;
  const asking = await watchingAgent(t, { toml: pd, probe: slow, wait: false });
  await eventually('PD is asked', () => negativeProbes > 0);
  asking.kill('SIGTERM');
  await ends('while PD does not answer', asking, {});

  const first = await watchingAgent(t, { toml: hanging, probe: slow, wait: false });
  await eventually('it serves', () => first.url() !== '');
  t.equal((await fetch(`${first.url()}/-/ready`)).status, 503, 'not ready');
  t.equal((await fetch(`${first.url()}/metrics`)).status, 200, 'and the metrics are there');
  first.kill('SIGTERM');
  await ends('in the first cycle', first, { status: 0 });

  const middle = await watchingAgent(t, { toml: good, probe: slow });
  await goesOnAsking(middle);
  middle.kill('SIGTERM');
  await ends('between probes', middle, { status: 0 });

  const answering = await watchingAgent(t, { toml: good });
  const held = await fetch(`${answering.url()}/metrics`);
  answering.kill('SIGTERM');
  t.match(await held.text(), /\n$/, 'an answer that has begun comes whole');
  await ends('while it answers', answering, { status: 0 });

  const twice = await watchingAgent(t, { toml: good });
  twice.kill('SIGTERM');
  twice.kill('SIGTERM');
  // It was ending anyhow, did not wait any longer, or Node had put down its handlers by then.
  const again = await twice.ended;
  t.ok(
    [0, 130, 'SIGTERM'].includes(again.status ?? again.signal ?? ''),
    `again while it ends: ${Object.values(again)}`,
  );
});

t.test(
  'an uncaught error and an unhandled rejection end the process: a clear message, the whole log, exit status 2',
  async (t) => {
    for (const [what, code] of [
      ['an error', 'throw new Error("unforeseen")'],
      ['a rejection', 'Promise.reject(new Error("unforeseen"))'],
    ] as const) {
      const later = `process.on('SIGUSR2', () => { ${code} })`;
      const agent = await watchingAgent(t, {
        toml: instanceAt(await statusPort(t)),
        args: ['--import', `data:text/javascript,${encodeURIComponent(later)}`],
      });
      agent.kill('SIGUSR2');
      t.strictSame(await agent.ended, { status: 2, signal: null }, what);
      t.match(agent.output(), /tidb-mtls-agent: internal error\nError: unforeseen\n {4}at /, what);
    }
  },
);
