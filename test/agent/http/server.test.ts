import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import t from 'tap';
import { Authority } from '../../../certs-dev/authority.js';
import { ask, emptyView, startAgentServer } from '../../support/agent-server.js';
import { authority, layOut, pair, withPair } from '../../support/web-files.js';

const good = await authority.issue({ commonName: 'Prometheus', dns: ['prometheus.example.com'], ip: [] });
const other = await (await Authority.create()).issue({
  commonName: 'Prometheus',
  dns: ['prometheus.example.com'],
  ip: [],
});

const clients: readonly (readonly [string, string, readonly [number, number, number]])[] = [
  // settings, extra settings, status for: no certificate, one of another CA, a good one
  ['NoClientCert', '', [200, 200, 200]],
  ['RequestClientCert', '', [200, 200, 200]],
  ['RequireAnyClientCert', '', [0, 200, 200]],
  ['VerifyClientCertIfGiven', '  client_ca_file: ca.crt\n', [200, 0, 200]],
  ['RequireAndVerifyClientCert', '  client_ca_file: ca.crt\n', [0, 0, 200]],
  [
    'RequireAndVerifyClientCert',
    '  client_ca_file: ca.crt\n  client_allowed_sans: [prometheus.example.com]\n',
    [0, 0, 200],
  ],
  ['RequireAndVerifyClientCert', '  client_ca_file: ca.crt\n  client_allowed_sans: [example.com]\n', [0, 0, 0]],
];

t.test('each client_auth_type accepts the clients that Prometheus accepts, in both versions of TLS', async (t) => {
  for (const [type, extra, expected] of clients) {
    const directory = layOut(t, `${pair}  client_auth_type: ${type}\n${extra}`);
    const { url } = await startAgentServer(t, join(directory, 'web.yml'));
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const seen = await Promise.all(
        [undefined, other, good].map(
          async (one) => (await ask(`${url}/metrics`, { ...withPair(one), maxVersion })).status,
        ),
      );
      t.strictSame(seen, expected, `${type} ${extra.trim()} ${maxVersion}`);
    }
  }
});

t.test(
  'each connection gets the certificate on disk; with a mismatched key the last valid one stays in use',
  async (t) => {
    const directory = layOut(t, pair);
    const { url } = await startAgentServer(t, join(directory, 'web.yml'));
    const subject = async () => (await ask(url, withPair(undefined))).subject;
    t.equal(await subject(), 'CN=agent');
    const next = await authority.issue({ commonName: 'next', dns: [], ip: ['127.0.0.1'] });
    writeFileSync(join(directory, 'server.crt'), next.certificatePem);
    t.equal(await subject(), 'CN=agent', 'mismatched');
    writeFileSync(join(directory, 'server.key'), next.keyPem);
    t.equal(await subject(), 'CN=next');
  },
);

t.test('basic_auth_users: only with the right password', async (t) => {
  const directory = layOut(t, `basic_auth_users:\n  alice: ${hashSync('se:cret', 4)}\n`);
  const { url } = await startAgentServer(t, join(directory, 'web.yml'));
  const as = async (text: string) =>
    (await ask(`${url}/metrics`, { headers: { authorization: `Basic ${Buffer.from(text).toString('base64')}` } }))
      .status;
  t.match(await ask(`${url}/metrics`), { status: 401, headers: { 'www-authenticate': 'Basic' } });
  t.equal(await as('alice:se:cret'), 200);
  t.equal(await as('alice:se:cret'), 200, 'and again, remembered');
  t.equal(await as('alice:wrong'), 401);
  t.equal(await as('bob:se:cret'), 401);
  t.equal((await ask(url, { headers: { authorization: 'Bearer x' } })).status, 401);
  writeFileSync(join(directory, 'web.yml'), 'basic_auth_users:\n  alice: nonsense\n');
  t.equal(await as('alice:se:cret'), 200, 'a bad file leaves the last good one');
  writeFileSync(join(directory, 'web.yml'), `basic_auth_users:\n  alice: ${hashSync('changed', 4)}\n`);
  t.equal(await as('alice:se:cret'), 401, 'and a good one is taken at the next request');
  t.equal(await as('alice:changed'), 200);
});

t.test('configured headers are in every response, instead of the default ones', async (t) => {
  const text =
    "http_server_config:\n  headers:\n    X-Frame-Options: deny\n    Content-Security-Policy: default-src 'self'\n";
  const { url } = await startAgentServer(t, join(layOut(t, text), 'web.yml'));
  const expected = { 'x-frame-options': 'deny', 'content-security-policy': "default-src 'self'" };
  t.match(await ask(url), { status: 200, headers: expected });
  t.match(await ask(`${url}/nothing`), { status: 404, headers: expected });
});

t.test('GET, HEAD and the one POST are answered, no other method', async (t) => {
  const { url } = await startAgentServer(t);
  for (const [method, path, status, allow] of [
    ['GET', '/metrics', 200, undefined],
    ['HEAD', '/metrics', 200, undefined],
    ['POST', '/-/reload', 200, undefined],
    ['GET', '/-/reload', 405, 'POST'],
    ['POST', '/metrics', 405, 'GET, HEAD'],
    ['PUT', '/-/reload', 405, 'POST'],
    ['DELETE', '/', 405, 'GET, HEAD'],
    ['OPTIONS', '/', 405, 'GET, HEAD'],
    ['GET', '/-/healthy', 200, undefined],
    ['GET', '/-/ready', 200, undefined],
    ['GET', '/nothing', 404, undefined],
  ] as const) {
    const reply = await ask(`${url}${path}`, { method });
    t.strictSame([reply.status, reply.headers.allow], [status, allow], `${method} ${path}`);
  }
});

t.test('many requests in one packet: a few are answered, and the connection is closed', async (t) => {
  let answered = 0;
  const findings = () => {
    answered++;
    return [];
  };
  const { url } = await startAgentServer(t, undefined, { ...emptyView, findings });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('GET /api/v1/findings HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(1_000));
  socket.resume();
  await new Promise((resolve) => socket.once('close', resolve));
  t.ok(answered <= 8, `${answered} of them`);
  for (let index = 0; index < 20; index++) {
    t.equal((await fetch(`${url}/api/v1/findings`)).status, 200, 'one after the other they are answered');
  }
});

t.test('/-/healthy fails while the findings are not evaluated', async (t) => {
  let isStuck = false;
  const { url } = await startAgentServer(t, undefined, { ...emptyView, isStuck: () => isStuck });
  t.equal((await ask(`${url}/-/healthy`)).status, 200);
  isStuck = true;
  t.equal((await ask(`${url}/-/healthy`)).status, 503);
});

t.test('a request with endless headers is cut off, a silent connection does no harm', async (t) => {
  const { url } = await startAgentServer(t);
  const port = Number(new URL(url).port);
  const silent = connect(port, '127.0.0.1');
  t.teardown(() => silent.destroy());
  const status = await new Promise<string>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(64 * 1024)}`),
    );
    socket.once('data', (data) => resolve(String(data).split('\r\n')[0] ?? ''));
    socket.once('error', reject);
  });
  t.equal(status, 'HTTP/1.1 431 Request Header Fields Too Large');
  t.equal((await ask(url)).status, 200);
});

t.test('a view that throws is a 500, and the others are served', async (t) => {
  const view = {
    ...emptyView,
    matrix: () => {
      throw new TypeError('on purpose');
    },
  };
  const { url } = await startAgentServer(t, undefined, view);
  for (const [path, status] of [
    ['/matrix', 500],
    ['/api/v1/matrix', 500],
    ['/', 200],
    ['/checks', 200],
    ['/metrics', 200],
  ] as const) {
    t.equal((await ask(`${url}${path}`)).status, status, path);
  }
});
