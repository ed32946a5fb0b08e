import { readFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import { type AddressInfo, createServer } from 'node:net';
import { createServer as createTls } from 'node:tls';
import { tidbStatus } from './tidb-status.js';

/**
 * So many ports that answer like TiDB's status port, TiKV's gRPC port, or any TLS server, behind mutual TLS: a process of
 * its own, so that its time is not the prober's. Prints `{"ports":[…]}` once they listen, for each line on its standard input
 * how long it was between two connections to one port, and ends with that input.
 */
const [ca = '', cert = '', key = '', version = '', count = '1'] = process.argv.slice(2);

/** A gRPC message of HealthCheckResponse: status SERVING. */
const serving = Buffer.from([0, 0, 0, 0, 2, 8, 1]);

const http = createHttp((_request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(tidbStatus);
});
const http2 = createHttp2();
http2.on('stream', (stream) => {
  stream.on('error', () => stream.destroy());
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(serving);
});
http2.on('sessionError', (error) => process.stderr.write(`${error.message}\n`));

const tls = createTls({
  ...{ ca: readFileSync(ca), cert: readFileSync(cert), key: readFileSync(key) },
  ...{ requestCert: true, rejectUnauthorized: true, ALPNProtocols: ['h2', 'http/1.1'] },
  minVersion: version === '1.2' ? 'TLSv1.2' : 'TLSv1.3',
  maxVersion: version === '1.2' ? 'TLSv1.2' : 'TLSv1.3',
});
tls.on('secureConnection', (socket) => {
  socket.on('error', () => socket.destroy());
  (socket.alpnProtocol === 'h2' ? http2 : http).emit('connection', socket);
});
tls.on('tlsClientError', (_error, socket) => socket.destroy());

const ports: number[] = [];
let gaps: number[] = [];
for (let index = 0; index < Number(count); index++) {
  let last: number | undefined;
  const server = createServer({ noDelay: true }, (socket) => {
    const now = performance.now();
    gaps.push(...(last === undefined ? [] : [now - last]));
    last = now;
    socket.on('error', () => socket.destroy());
    tls.emit('connection', socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 511, resolve));
  ports.push((server.address() as AddressInfo).port);
}
process.stdout.write(`${JSON.stringify({ ports })}\n`);

function report(): void {
  const sorted = gaps.sort((a, b) => a - b);
  gaps = [];
  const at = (part: number) => sorted[Math.floor(part * (sorted.length - 1))] ?? 0;
  const figures = { connections: sorted.length, median: at(0.5), p99: at(0.99), worst: at(1) };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}

process.stdin.on('data', report).on('end', () => process.exit());
