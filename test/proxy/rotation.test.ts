import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import { ask, authority, dial, echo, friend, names, proxyTo, tcpServer } from '../support/proxy.js';

t.test(
  'a new certificate is used from the next connection on; mismatched files leave the last one; open connections go on',
  async (t) => {
    const { port, files, metric } = await proxyTo(t, [await tcpServer(t, echo)]);
    const served = async () => {
      const socket = await dial(port, friend);
      const { subject } = socket.getPeerCertificate();
      socket.destroy();
      return subject.CN;
    };
    const old = await dial(port, friend);
    t.equal(await served(), 'server');
    const next = await authority.issue({ commonName: 'next', ...names });
    writeFileSync(files.cert, next.certificatePem);
    t.equal(await served(), 'server', 'mismatched: the last good one');
    writeFileSync(files.key, next.keyPem);
    t.equal(await served(), 'next', 'without signal or timer');
    writeFileSync(files.cert, 'garbage');
    t.equal(await served(), 'next');
    t.equal(await ask(old, 'still'), 'still', 'the old connection');
    t.equal(await metric('credential_version', 'test'), 2);
    old.destroy();
  },
);

t.test('the CA stays the one of the start, unless reload-ca is set', async (t) => {
  const other = await Authority.create();
  const unauthorizedClient = await other.issue({ commonName: 'friend' });
  for (const reloadCa of [false, true]) {
    const { port, files } = await proxyTo(t, [await tcpServer(t, echo)], { reloadCa });
    const accepts = async (pair: typeof friend) =>
      (await dial(port, pair).then(
        (socket) => ask(socket, 'x'),
        () => undefined,
      )) === 'x';
    t.ok(await accepts(friend));
    writeFileSync(files.ca, other.certificatePem);
    t.equal(await accepts(unauthorizedClient), reloadCa);
    t.equal(await accepts(friend), !reloadCa);
    writeFileSync(files.ca, 'garbage');
    t.equal(await accepts(reloadCa ? unauthorizedClient : friend), true, 'a bad CA file is not loaded');
  }
});

t.test('reload under load: five rotations while ten transfers run, and every byte of them arrives', async (t) => {
  const { port, files, metric } = await proxyTo(t, [await tcpServer(t, echo)]);
  let rotating = true;
  const transfer = async () => {
    const socket = await dial(port, friend, { allowHalfOpen: true } as object);
    const [sent, received] = [createHash('sha256'), createHash('sha256')];
    const reading = (async () => {
      for await (const chunk of socket) {
        received.update(chunk as Buffer);
      }
    })();
    while (rotating) {
      const bytes = randomBytes(65_521);
      sent.update(bytes);
      if (!socket.write(bytes)) {
        await new Promise((resolve) => socket.once('drain', resolve));
      }
      await pause(1);
    }
    socket.end();
    await reading;
    return sent.digest('hex') === received.digest('hex');
  };
  const transfers = Array.from({ length: 10 }, transfer);
  for (let round = 0; round < 5; round++) {
    const commonName = `round ${round}`;
    const pair = await authority.issue({ commonName, ...names });
    writeFileSync(files.key, pair.keyPem);
    writeFileSync(files.cert, pair.certificatePem);
    const socket = await dial(port, friend);
    t.equal(socket.getPeerCertificate().subject.CN, commonName, 'the very next connection');
    t.equal(await ask(socket, 'x'), 'x');
    socket.destroy();
    await pause(50);
  }
  rotating = false;
  t.strictSame(await Promise.all(transfers), Array(10).fill(true));
  t.equal(await metric('rejections_total'), 0);
});

t.test('no session is resumed, so that no client is authorized by an earlier handshake', async (t) => {
  const { port } = await proxyTo(t, [await tcpServer(t, echo)]);
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const versions = { minVersion: version, maxVersion: version };
    const first = await dial(port, friend, versions);
    let session: Buffer | undefined = first.getSession();
    first.on('session', (ticket: Buffer) => {
      session = ticket;
    });
    await ask(first, 'x');
    first.destroy();
    const second = await dial(port, friend, { ...versions, session });
    t.equal(second.isSessionReused(), false, version);
    second.destroy();
  }
});
