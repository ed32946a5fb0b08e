import { writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { createServer as createTls, type TLSSocket } from 'node:tls';
import t from 'tap';
import { type BadKind, issueBad } from '../../certs-dev/bad.js';
import { withoutStall } from '../../probes/event-loop-stall.js';
import { probeHttp } from '../../probes/http-probe.js';
import { patience } from '../support/eventually.js';
import { listening } from '../support/listening.js';
import { needs } from '../support/peers.js';
import { authority, files, freePort, identity, names, say, started } from '../support/real-peer.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const blackbox = '/usr/bin/prometheus-blackbox-exporter';
const good = await authority.issue(names);
const tls = { cert: good.certificatePem, key: good.keyPem };

function answering(socket: TLSSocket): void {
  socket.on('error', () => socket.destroy());
  socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'));
}

async function serving(kind: BadKind): Promise<Server> {
  const pair = await issueBad(authority, kind, names);
  return createTls({ cert: pair.certificatePem, key: pair.keyPem }, answering);
}

/** Servers with one fault each, and our result. */
const faulty: readonly (readonly [string, () => Promise<Server> | Server, string])[] = [
  ['nothing wrong', () => createTls(tls, answering), 'accepted'],
  [
    'rejects our certificate after the handshake',
    () => createTls({ ...tls, ca: [], requestCert: true }, (socket) => socket.destroy()),
    'rejected by close',
  ],
  [
    'requests a certificate of another CA',
    async () =>
      createTls(
        {
          ...tls,
          ca: (await issueBad(authority, 'otherCa', names)).certificatePem,
          requestCert: true,
          rejectUnauthorized: true,
        },
        answering,
      ),
    'rejected by close',
  ],
  ['serves an expired certificate', () => serving('expired'), 'rejected by certificate'],
  ['serves a certificate of another CA', () => serving('otherCa'), 'rejected by certificate'],
  ['serves a certificate for another host', () => serving('otherHost'), 'rejected by name'],
  ['is plaintext', () => createHttp((_request, response) => response.end()), 'not-tls'],
  ['accepts and never answers', () => createServer(), 'timeout'],
  ['completes the handshake and never answers', () => createTls(tls), 'timeout'],
  ['closes at once', () => createServer((socket) => socket.destroy()), 'rejected by close'],
  [
    'answers with something that is not HTTP',
    () => createTls(tls, (socket) => socket.once('data', () => socket.end('hello\r\n'))),
    'inconclusive',
  ],
];

t.test(
  "the same faulty servers, probed by blackbox_exporter's tcp module and by us",
  needs(blackbox, 'prometheus-blackbox-exporter'),
  async (t) => {
    const directory = temporaryDirectory(t);
    const agent = files(directory, good);
    const config = join(directory, 'blackbox.yml');
    writeFileSync(
      config,
      `modules:\n  tls:\n    prober: tcp\n    timeout: 5s\n    tcp:\n      tls: true\n      tls_config: {ca_file: ${agent.ca}, cert_file: ${agent.cert}, key_file: ${agent.key}}\n`,
    );
    const port = await freePort();
    const args = [`--config.file=${config}`, `--web.listen-address=127.0.0.1:${port}`];
    await started(t, blackbox, args, /Listening on/);
    const theirs = async (target: number) => {
      const response = await fetch(`http://127.0.0.1:${port}/probe?module=tls&target=127.0.0.1:${target}`);
      return /^probe_success 1$/m.test(await response.text()) ? 'success' : 'failure';
    };
    const seen: string[] = [];
    for (const [what, make, expected] of faulty) {
      const target = await listening(t, await make());
      const ours = await withoutStall(() =>
        probeHttp(
          {
            host: '127.0.0.1',
            port: target,
            alpn: ['http/1.1'],
            probe: { protocol: 'http', path: '/status', accept: 'any' },
          },
          identity(good, 'TLSv1.3'),
          { timeout: expected === 'timeout' ? 2_000 : patience },
        ),
      );
      const other = await theirs(target);
      t.equal(say(ours), expected, what);
      t.comment(`| ${what} | ${other} | ${say(ours)}: ${ours.detail} |`);
      seen.push(`${other} ${say(ours)}`);
    }
    t.ok(
      seen.filter((line) => line.startsWith('success') && line !== 'success accepted').length >= 3,
      'blackbox_exporter reports success after a handshake, also if the port rejects the client or never answers',
    );
  },
);
