import { createServer, type Socket } from 'node:net';
import { createServer as createTls, type TLSSocket } from 'node:tls';
import t, { type Test } from 'tap';
import type { Issued } from '../../certs-dev/authority.js';
import { eventually } from '../support/eventually.js';
import { listening } from '../support/listening.js';
import { longChain, subjectAltName, withExtension } from '../support/odd-certificates.js';
import { authority, instanceAt, keys, statusPort, watchingAgent } from '../support/watching-agent.js';

type Act = (socket: TLSSocket) => void;

/** A TLS server that does one thing when the question came. */
function asked(t: Test, act: Act, certificate = keys): Promise<number> {
  return listening(
    t,
    createTls({ ...certificate, ALPNProtocols: ['http/1.1'] }, (socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () => act(socket));
    }),
  );
}

/** Writes as fast as it is read. */
function flood(socket: Socket, start: string, piece: string, bytes = Number.POSITIVE_INFINITY): void {
  let left = bytes;
  socket.write(start);
  const go = () => {
    while (!socket.destroyed && left > 0) {
      left -= piece.length;
      if (!socket.write(piece)) {
        return;
      }
    }
  };
  socket.on('drain', go);
  go();
}

function drip(socket: Socket, text: string): void {
  let sent = 0;
  const timer = setInterval(() => socket.write(text[sent++ % text.length] ?? ''), 1_000);
  socket.on('close', () => clearInterval(timer));
}

const certificateOf = ({ certificatePem, keyPem }: Issued) => ({ cert: certificatePem, key: keyPem });
const head = 'HTTP/1.1 200 OK\r\n';
const answer = `${head}Content-Length: 45\r\nConnection: close\r\n\r\n{"version":"8.0.11-TiDB-v8.5.0","git_hash":""}`;
const names = { dns: ['localhost'], ip: ['127.0.0.1'] };

/** What a port does, and what it must be called. */
const cases: Readonly<Record<string, readonly [(t: Test) => Promise<number>, RegExp]>> = {
  'accepts and says nothing': [
    (t) =>
      listening(
        t,
        createServer((socket) => socket.resume()),
      ),
    /timeout/,
  ],
  'takes the handshake and says nothing': [(t) => asked(t, () => undefined), /timeout/],
  'drips one byte a second': [(t) => asked(t, (socket) => drip(socket, `${head}x: y`)), /timeout/],
  'answers for ever': [(t) => asked(t, (socket) => flood(socket, `${head}\r\n`, 'x'.repeat(9_000))), /accepted/],
  'sends 100 MB of headers': [
    (t) => asked(t, (socket) => flood(socket, head, `x: ${'y'.repeat(9_000)}\r\n`, 100e6)),
    /inconclusive/,
  ],
  'has a certificate with 10 000 names': [
    async (t) => {
      const dns = Array.from({ length: 10_000 }, (_, index) => `host-${index}.example.com`);
      const many = await authority.issue({ ...names, commonName: 'many', dns });
      return asked(t, (socket) => socket.end(answer), certificateOf(many));
    },
    /inconclusive/,
  ],
  'has a certificate with a name of 16 kB': [
    async (t) => {
      const long = await authority.issue({ ...names, commonName: 'x'.repeat(16_384) });
      return asked(t, (socket) => socket.end(answer), certificateOf(long));
    },
    /accepted/,
  ],
  'sends 100 certificates': [
    async (t) => asked(t, (socket) => socket.end(answer), certificateOf(await longChain(authority, 100))),
    /rejected/,
  ],
  'has names that are no ASN.1': [
    async (t) => {
      const odd = await withExtension(subjectAltName, new Uint8Array([0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 1, 2, 3]));
      return asked(t, (socket) => socket.end(answer), certificateOf(odd));
    },
    /rejected/,
  ],
  'has names that are another ASN.1': [
    async (t) => {
      const odd = await withExtension(subjectAltName, new Uint8Array([0x0c, 2, 104, 105]));
      return asked(t, (socket) => socket.end(answer), certificateOf(odd));
    },
    /rejected/,
  ],
};

t.test(
  'ports that misbehave: each gets the right outcome, and the healthy port beside them is probed all the while',
  async (t) => {
    const ports = new Map<string, number>();
    for (const [what, [start]] of Object.entries(cases)) {
      ports.set(what, await start(t));
    }
    const good = await statusPort(t);
    const toml = [good, ...ports.values()].map((port) => instanceAt(port)).join('');
    const agent = await watchingAgent(t, {
      toml,
      probe: 'interval = "1s"\ntimeout = "15s"\nnegative-interval = "off"',
    });
    const probes = (port: number | undefined, outcome: string) =>
      agent.metric('tidb_mtls_probes_total', `:${port}"`, 'identity="agent"', `outcome="${outcome}"`);
    const before = await probes(good, 'accepted');
    await eventually('it is asked again and again', async () => (await probes(good, 'accepted')) > before + 4);
    for (const outcome of ['rejected', 'timeout', 'unreachable', 'inconclusive', 'not-tls']) {
      t.equal(await probes(good, outcome), 0, `the good one was never called ${outcome}`);
    }
    for (const [what, [, expected]] of Object.entries(cases)) {
      const seen: string[] = [];
      for (const outcome of ['accepted', 'rejected', 'timeout', 'unreachable', 'inconclusive', 'not-tls']) {
        if ((await probes(ports.get(what), outcome)) > 0) {
          seen.push(outcome);
        }
      }
      t.equal(seen.length, 1, `${what}: always the same, ${seen}`);
      t.match(seen.join(), expected, what);
    }
    t.ok(agent.peak() < 400, `${Math.round(agent.peak())} MiB at most`);
    agent.kill('SIGTERM');
    t.strictSame(await agent.ended, { status: 0, signal: null }, agent.output().slice(-2_000));
  },
);
