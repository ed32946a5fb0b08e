import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { hostname } from 'node:os';
import t from 'tap';
import { ask, startAgentServer } from '../../support/agent-server.js';
import { eventually } from '../../support/eventually.js';

/** What comes back for these bytes, up to the close. */
function send(url: string, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (data) => {
      answer += data;
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(answer));
  });
}

t.test('a page in a browser cannot reload, whatever its origin; a program can', async (t) => {
  const { url } = await startAgentServer(t);
  const post = async (headers: Readonly<Record<string, string>>) =>
    (await ask(`${url}/-/reload`, { method: 'POST', headers })).status;
  t.equal(await post({}), 200);
  t.equal(await post({ origin: 'http://evil.example' }), 403);
  t.equal(await post({ origin: 'null' }), 403);
  t.equal(await post({ origin: url }), 403, 'not the status page either: it has no button');
  t.equal(await post({ 'sec-fetch-site': 'cross-site' }), 403);
  t.equal((await ask(url, { headers: { 'sec-fetch-site': 'none' } })).status, 200, 'looking is free');
});

t.test('a foreign name that resolves to the loopback address is rejected', async (t) => {
  const { url } = await startAgentServer(t);
  const { port } = new URL(url);
  const as = async (host: string, path = '/metrics') => (await ask(`${url}${path}`, { headers: { host } })).status;
  for (const host of ['localhost', `localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, '10.0.0.1', hostname()]) {
    t.equal(await as(host), 200, host);
  }
  for (const host of ['evil.example', `evil.example:${port}`, 'localhost.evil.example', '127.0.0.1.evil.example']) {
    t.equal(await as(host), 403, host);
    t.equal(await as(host, '/api/v1/findings'), 403, `${host}, as JSON`);
  }
});

t.test('request bodies are rejected, and what follows them is not read', async (t) => {
  const { url } = await startAgentServer(t);
  const head = 'POST /-/reload HTTP/1.1\r\nHost: localhost\r\n';
  const large = await send(url, `${head}Content-Length: 1000000000\r\n\r\n`);
  t.match(large, /^HTTP\/1\.1 413 [\s\S]*request bodies are not accepted/);
  t.match(large, /connection: close/i);
  t.match(await send(url, `${head}Transfer-Encoding: chunked\r\n\r\n`), /^HTTP\/1\.1 413 /);
  const smuggled = 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const answers = await send(url, `${head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`);
  t.equal(answers.match(/HTTP\/1\.1 /g)?.length, 1, 'one answer');
  t.match(answers, /^HTTP\/1\.1 4/);
});

t.test('a malformed request gets its status', async (t) => {
  const { url } = await startAgentServer(t);
  for (const [request, status] of [
    ['GET // HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 400],
    ['GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['GET /metrics HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n', 400],
    [`GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 431],
    ['OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 405],
    ['TRACE / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 405],
    ['GET http://evil.example/metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 200],
  ] as const) {
    t.match(await send(url, request), new RegExp(`^HTTP/1\\.1 ${status} `), request.slice(0, 40));
  }
  t.equal(await send(url, 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n'), '', 'it is no proxy');
});

t.test('every response has the headers that restrict its use', async (t) => {
  const { url } = await startAgentServer(t);
  for (const path of ['/', '/metrics', '/nothing', '/api/v1/findings', '/-/reload']) {
    t.match((await ask(`${url}${path}`)).headers, {
      'x-content-type-options': 'nosniff',
      'content-security-policy': /^default-src 'none'/,
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
  }
});

t.test('limits: no bytes, half a header, endless headers, too many connections', async (t) => {
  const { url } = await startAgentServer(t);
  const port = Number(new URL(url).port);
  const start = performance.now();
  const seconds = () => Math.round((performance.now() - start) / 1000);
  const slow = (bytes: string, more: (socket: Socket) => void = () => undefined) =>
    new Promise<number>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
      more(socket);
      socket.on('error', () => socket.destroy());
      socket.resume().on('close', () => resolve(seconds()));
    });
  const drip = (socket: Socket) => {
    const timer = setInterval(() => socket.write('x-a: b\r\n'), 500);
    socket.on('close', () => clearInterval(timer));
  };
  const ends = await Promise.all([
    slow(''),
    slow('GET / HTTP/1.1\r\nHost: loc'),
    slow('GET / HTTP/1.1\r\nHost: localhost\r\n', drip),
  ]);
  t.comment(`closed after ${ends.join(', ')} s`);

  let opened = 0;
  const sockets = Array.from({ length: 300 }, () => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => opened++).on('error', () => socket.destroy());
    return socket;
  });
  let closed = 0;
  for (const socket of sockets) {
    socket.resume().on('close', () => closed++);
  }
  await eventually('those beyond the limit are let go', () => opened === 300 && closed >= 44);
  t.equal(closed, 44);
  for (const socket of sockets) {
    socket.destroy();
  }
  await eventually('and it serves again', async () => (await ask(url)).status === 200);
});

t.test('scrapes share one connection', async (t) => {
  const { url } = await startAgentServer(t);
  const { Agent } = await import('node:http');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.teardown(() => agent.destroy());
  const sockets = new Set<unknown>();
  for (let scrape = 0; scrape < 3; scrape++) {
    await new Promise<void>((resolve, reject) => {
      const request = httpRequest(`${url}/metrics`, { agent }, (response) => response.resume().on('end', resolve));
      request.on('socket', (socket) => sockets.add(socket)).on('error', reject);
      request.end();
    });
  }
  t.equal(sockets.size, 1);
});
