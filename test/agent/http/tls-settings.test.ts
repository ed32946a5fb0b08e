import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import t from 'tap';
import { Authority } from '../../../certs-dev/authority.js';
import { ask, startAgentServer } from '../../support/agent-server.js';
import { eventually } from '../../support/eventually.js';
import { tooSmall } from '../../support/odd-certificates.js';
import { authority, layOut, pair, server, withPair } from '../../support/web-files.js';

const verify = `${pair}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n`;

t.test('each connection is verified against the client CA on disk', async (t) => {
  const directory = layOut(t, verify);
  const { url } = await startAgentServer(t, join(directory, 'web.yml'));
  const next = await Authority.create();
  const [old, fresh] = [await authority.issue({ commonName: 'a' }), await next.issue({ commonName: 'b' })];
  const statuses = async () =>
    Promise.all([old, fresh].map(async (one) => (await ask(`${url}/metrics`, withPair(one))).status));
  t.strictSame(await statuses(), [200, 0]);
  writeFileSync(join(directory, 'ca.crt'), authority.certificatePem + next.certificatePem);
  t.strictSame(await statuses(), [200, 200], 'both while both are in it');
  writeFileSync(join(directory, 'ca.crt'), '-----BEGIN CERTIFICATE-----\n');
  t.strictSame(await statuses(), [200, 200], 'with a truncated CA file the last valid one stays in use');
  writeFileSync(join(directory, 'ca.crt'), next.certificatePem);
  t.strictSame(await statuses(), [0, 200]);
});

t.test(
  'a client CA file with only an intermediate accepts its clients, whether they call by name or by address',
  async (t) => {
    const directory = layOut(t, verify);
    const { url } = await startAgentServer(t, join(directory, 'web.yml'));
    const intermediate = await authority.intermediate('Intermediate');
    const client = await intermediate.issue({ commonName: 'a' });
    const statusesOf = (text: string) => {
      writeFileSync(join(directory, 'ca.crt'), text);
      const urls = [url, url.replace('127.0.0.1', 'localhost')];
      return Promise.all(urls.map(async (one) => (await ask(`${one}/metrics`, withPair(client))).status));
    };
    t.strictSame(await statusesOf(intermediate.certificatePem), [200, 200]);
    t.strictSame(await statusesOf((await Authority.create()).certificatePem), [0, 0]);
  },
);

t.test(
  'with a certificate that OpenSSL does not load the last valid one stays in use; at the start it is an error',
  async (t) => {
    const small = await tooSmall();
    const directory = layOut(t, pair);
    const { url } = await startAgentServer(t, join(directory, 'web.yml'));
    const install = ({ certificatePem, keyPem }: typeof small) => {
      writeFileSync(join(directory, 'server.key'), keyPem);
      writeFileSync(join(directory, 'server.crt'), certificatePem);
    };
    const subject = async () => (await ask(url, withPair(undefined))).subject;
    install(small);
    t.equal(await subject(), 'CN=agent');
    t.equal(await subject(), 'CN=agent', 'at every connection');
    install(await authority.issue({ commonName: 'next', dns: [], ip: ['127.0.0.1'] }));
    t.equal(await subject(), 'CN=next');
    const file = join(layOut(t, pair, small), 'web.yml');
    await t.rejects(startAgentServer(t, file), {
      name: 'OperatorError',
      code: 'web_credentials',
      message: /server\.crt: OpenSSL does not load the certificate and key \(ERR_SSL_EE_KEY_TOO_SMALL\)$/,
      hint: 'issue a stronger key',
    });
  },
);

t.test(
  'other TLS settings count from the next connection on, but for whether certificates are asked for',
  async (t) => {
    const directory = layOut(t, verify);
    const { url } = await startAgentServer(t, join(directory, 'web.yml'));
    const good = await authority.issue({ commonName: 'a', dns: ['good.example'] });
    const status = async (maxVersion: 'TLSv1.2' | 'TLSv1.3' = 'TLSv1.3') =>
      (await ask(`${url}/metrics`, { ...withPair(good), maxVersion })).status;
    t.equal(await status(), 200);
    writeFileSync(join(directory, 'web.yml'), `${verify}  client_allowed_sans: [other.example]\n`);
    t.equal(await status(), 0);
    writeFileSync(join(directory, 'web.yml'), `${verify}  client_allowed_sans: [good.example]\n  min_version: TLS13\n`);
    t.equal(await status(), 200);
    t.equal(await status('TLSv1.2'), 0);
    writeFileSync(join(directory, 'web.yml'), pair);
    t.equal(
      (await ask(`${url}/metrics`, withPair(undefined))).status,
      0,
      'nothing is opened by a file that asks for nothing',
    );
  },
);

t.test('a SAN matches as a whole, whatever it contains', async (t) => {
  const directory = layOut(t, `${verify}  client_allowed_sans: [prometheus.example.com, ops@example.com, "fd00::1"]\n`);
  const { url } = await startAgentServer(t, join(directory, 'web.yml'));
  const injected = 'a.example, DNS:prometheus.example.com, DNS:b.example';
  for (const [names, expected] of [
    [{ dns: ['x', 'prometheus.example.com'] }, 200],
    [{ email: ['ops@example.com'] }, 200],
    [{ ip: ['fd00:0:0:0:0:0:0:1'] }, 200],
    [{ dns: [injected] }, 0],
    [{ uri: ['http://a/, DNS:prometheus.example.com, DNS:b'] }, 0],
    [{ dns: ['PROMETHEUS.example.com'] }, 0],
    [{ dns: ['*.example.com'] }, 0],
    [{}, 0],
  ] as const) {
    const issued = await authority.issue({ commonName: 'prometheus.example.com', ...names });
    t.equal((await ask(`${url}/metrics`, withPair(issued))).status, expected, JSON.stringify(names));
  }
});

t.test('cipher_suites and curve_preferences are what is negotiated', async (t) => {
  const rsa = await (await Authority.create({ algorithm: 'rsa' })).issue({ commonName: 'agent', ip: ['127.0.0.1'] });
  const settings =
    '  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA]\n  curve_preferences: [CurveP384]\n';
  const { url } = await startAgentServer(t, join(layOut(t, pair + settings, rsa), 'web.yml'));
  const { port } = new URL(url);
  const negotiated = (options: object) =>
    new Promise<string>((resolve) => {
      const socket: TLSSocket = connect(
        { host: '127.0.0.1', port: Number(port), rejectUnauthorized: false, ...options },
        () => {
          resolve(`${socket.getCipher().name} ${JSON.stringify(socket.getEphemeralKeyInfo())}`);
          socket.destroy();
        },
      );
      socket.on('error', () => resolve('none'));
    });
  t.equal(await negotiated({}), 'ECDHE-RSA-AES256-SHA {"type":"ECDH","name":"secp384r1","size":384}');
  t.equal(await negotiated({ ecdhCurve: 'prime256v1' }), 'none');
  t.equal(await negotiated({ ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' }), 'none');
  t.equal(await negotiated({ minVersion: 'TLSv1.3' }), 'none');
});

t.test('an unfinished handshake is cut off', async (t) => {
  const { url } = await startAgentServer(t, join(layOut(t, pair, server), 'web.yml'));
  const { connect: tcp } = await import('node:net');
  const start = performance.now();
  let end = 0;
  tcp(Number(new URL(url).port), '127.0.0.1')
    .resume()
    .on('error', () => undefined)
    .on('close', () => {
      end = performance.now() - start;
    });
  await eventually('it is closed', () => end > 0);
  t.ok(end > 5_000, `after ${Math.round(end)} ms`);
});
