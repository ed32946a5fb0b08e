import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { eventually } from '../support/eventually.js';
import { needs } from '../support/peers.js';
import { dialPlain, filesOf, friend, proxyTo, readAll } from '../support/proxy.js';
import { freePort } from '../support/real-peer.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

t.test(
  'HAProxy on both sides: its header is read, and ours is read by it, with the client in both',
  needs('/usr/sbin/haproxy', 'haproxy'),
  async (t) => {
    const directory = temporaryDirectory(t);
    const [before, behind] = [await freePort(), await freePort()];
    const { port } = await proxyTo(t, [behind], { proxyProtocolIn: true, proxyProtocolOut: true });
    const { ca } = filesOf(t, friend);
    const pair = join(directory, 'friend.pem');
    writeFileSync(pair, friend.certificatePem + friend.keyPem);
    const configuration = join(directory, 'haproxy.cfg');
    writeFileSync(
      configuration,
      `defaults
  timeout connect 60s
  timeout client 60s
  timeout server 60s
frontend behind
  mode http
  bind 127.0.0.1:${behind} accept-proxy
  http-request return status 200 content-type text/plain lf-string "from %[src]:%[src_port]"
frontend before
  mode tcp
  bind 127.0.0.1:${before}
  default_backend proxy
backend proxy
  mode tcp
  server proxy 127.0.0.1:${port} send-proxy-v2-ssl-cn ssl crt ${pair} ca-file ${ca} verify required verifyhost localhost
`,
    );
    const haproxy = spawn('/usr/sbin/haproxy', ['-db', '-f', configuration], { stdio: 'ignore' });
    t.teardown(() => haproxy.kill('SIGKILL'));
    await eventually('it listens', async () =>
      dialPlain(before).then(
        (socket) => Boolean(socket.destroy()),
        () => false,
      ),
    );
    const socket = connect({ port: before, host: '127.0.0.1' });
    socket.write('GET / HTTP/1.0\r\n\r\n');
    const answer = String(await readAll(socket));
    t.match(answer, `from 127.0.0.1:${socket.localPort}`);
  },
);
