import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, createServer, type SecureContextOptions } from 'node:tls';
import t from 'tap';
import { type BadKind, issueBad } from '../../certs-dev/bad.js';
import { listening } from '../support/listening.js';
import { root } from '../support/markdown.js';
import { needs } from '../support/peers.js';
import { authority, files, names, started, versions } from '../support/real-peer.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const page = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8');
const good = await authority.issue(names);

const pairOf = ({ certificatePem, keyPem }: typeof good): SecureContextOptions => ({
  cert: certificatePem,
  key: keyPem,
});

/** What a client of this Node gets from a server, or says about it. */
function errorFrom(port: number, client: SecureContextOptions): Promise<NodeJS.ErrnoException> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', ca: authority.certificatePem, ...client });
    socket.on('error', resolve);
    socket.on('close', () => reject(new Error('closed without an error')));
    socket.resume();
  });
}

t.test('what OpenSSL says of each rejection stands on the page', needs('/usr/bin/openssl', 'openssl'), async (t) => {
  const { ca, cert, key } = files(temporaryDirectory(t), good);
  const cases: readonly (readonly [string, SecureContextOptions])[] = [
    ['none', {}],
    ...(await Promise.all(
      (['otherCa', 'expired', 'serverAuthOnly'] as const).map(
        async (kind) => [kind, pairOf(await issueBad(authority, kind, names))] as const,
      ),
    )),
  ];
  const server = ['s_server', '-accept', '127.0.0.1:0', '-CAfile', ca, '-cert', cert, '-key', key];
  const strict = [...server, '-Verify', '2', '-verify_return_error'];
  const [, port] = await started(t, '/usr/bin/openssl', strict, /ACCEPT \S*:(\d+)/);
  for (const [kind, client] of cases) {
    for (const maxVersion of versions) {
      const { message } = await errorFrom(Number(port), { ...client, maxVersion });
      const [, reason = message] = /SSL routines:[^:]*:([^:]+):/.exec(message) ?? [];
      const spelling = reason.replace('ssl/tls alert', 'sslv3 alert');
      t.ok(page.includes(`\`${spelling}\``), `${kind}, ${maxVersion}: ${reason}`);
    }
  }
});

t.test('what Node says of a server it rejects stands on the page', async (t) => {
  for (const kind of ['otherCa', 'expired', 'otherHost', 'clientAuthOnly'] as const satisfies readonly BadKind[]) {
    const port = await listening(t, createServer(pairOf(await issueBad(authority, kind, names))));
    const { code } = await errorFrom(port, {});
    t.ok(page.includes(`\`${code}\``), `${kind}: ${code}`);
  }
});
