import { join } from 'node:path';
import { type ConnectionOptions, connect, getCiphers } from 'node:tls';
import t from 'tap';
import { Authority, type Issued } from '../../certs-dev/authority.js';
import { startAgentServer } from '../support/agent-server.js';
import { authority, dial, echo, filesOf, friend, proxyTo, server, tcpServer } from '../support/proxy.js';
import { layOut, pair } from '../support/web-files.js';

const rsaAuthority = await Authority.create({ algorithm: 'rsa' });
const rsa = await rsaAuthority.issue({ commonName: 'server', ip: ['127.0.0.1'] });

/** Every suite of TLS 1.2 that OpenSSL has for certificates, those with short tags included. */
const offered = [
  ...getCiphers().map((name) => name.toUpperCase()),
  ...['AES128-CCM8', 'AES256-CCM', 'ECDHE-ECDSA-AES128-CCM8', 'ECDHE-ECDSA-AES256-CCM', 'DHE-RSA-AES128-CCM8'],
].filter((name) => !/^TLS_|PSK|SRP/.test(name));

const modern = ['AES128-GCM-SHA256', 'AES256-GCM-SHA384', 'CHACHA20-POLY1305'];

/** The suite that a listener chooses of these; undefined where it rejects them all. */
function chosen(port: number, client: Issued, suites: readonly string[]): Promise<string | undefined> {
  const { certificatePem: cert, keyPem: key } = client;
  const ciphers = `${suites.join(':')}:@SECLEVEL=0`;
  return new Promise((resolve) => {
    const options = { port, host: '127.0.0.1', cert, key, ciphers, maxVersion: 'TLSv1.2', rejectUnauthorized: false };
    const socket = connect(options as ConnectionOptions, () => {
      resolve(socket.getCipher().name);
      socket.destroy();
    });
    socket.once('error', () => resolve(undefined));
  });
}

/** Those that a listener negotiates: what it chooses, then what it chooses of the others, and so on. */
async function negotiated(port: number, client: Issued): Promise<readonly string[]> {
  const accepted: string[] = [];
  for (let left = offered; left.length > 0; left = left.filter((name) => name !== accepted.at(-1))) {
    const name = await chosen(port, client, left);
    if (name === undefined) {
      break;
    }
    accepted.push(name);
  }
  return accepted.sort();
}

for (const [kind, issued] of [
  ['ECDSA', server],
  ['RSA', rsa],
] as const) {
  const expected = modern.map((suite) => `ECDHE-${kind}-${suite}`).sort();

  t.test(
    `a proxy listener with a certificate of ${kind} negotiates the suites that Go prefers, and no others`,
    async (t) => {
      const files = filesOf(t, issued, authority.certificatePem);
      const { port } = await proxyTo(t, [await tcpServer(t, echo)], { files });
      t.strictSame(await negotiated(port, friend), expected);
    },
  );

  t.test(`the web listener with a certificate of ${kind}: the same suites`, async (t) => {
    const { url } = await startAgentServer(t, join(layOut(t, pair, issued), 'web.yml'));
    t.strictSame(await negotiated(Number(new URL(url).port), friend), expected);
  });
}

t.test('min-version and cipher-suites of a proxy listener', async (t) => {
  const target = await tcpServer(t, echo);
  const only13 = await proxyTo(t, [target], { minVersion: 'TLSv1.3' });
  t.equal((await dial(only13.port, friend)).getProtocol(), 'TLSv1.3');
  await t.rejects(dial(only13.port, friend, { maxVersion: 'TLSv1.2' }));
  const cipherSuites = ['ECDHE-ECDSA-AES256-SHA'];
  const old = await proxyTo(t, [target], { cipherSuites });
  t.strictSame(await negotiated(old.port, friend), cipherSuites);
});
