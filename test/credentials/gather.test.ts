import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import { issueBad } from '../../certs-dev/bad.js';
import { CredentialError } from '../../credentials/error.js';
import { gatherCredentialFacts } from '../../credentials/gather.js';
import { parseCertificates, parseKey, pemText } from '../../credentials/parse.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const authority = await Authority.create();
const now = new Date();

t.test('every fact of good files', async (t) => {
  const directory = temporaryDirectory(t);
  const pair = await authority.issue({
    commonName: 'tikv',
    organization: 'PingCAP',
    dns: ['localhost', '*.tikv.svc'],
    ip: ['127.0.0.1', '::1'],
  });
  const paths = { ca: join(directory, 'ca.crt'), cert: join(directory, 'tls.crt'), key: join(directory, 'tls.key') };
  writeFileSync(paths.ca, authority.certificatePem);
  writeFileSync(paths.cert, pair.certificatePem);
  writeFileSync(paths.key, pair.keyPem, { mode: 0o600 });
  const facts = await gatherCredentialFacts(paths, now);
  t.match(facts, {
    errors: [],
    keyMatches: true,
    keyMode: 0o600,
    results: [
      { verifier: 'grpc-core', role: 'client', trusted: true },
      { verifier: 'go', role: 'client', trusted: true },
    ],
    loadingFailures: [],
  });
  const leaf = facts.chain?.[0];
  t.match(leaf, {
    subject: 'O=PingCAP, CN=tikv',
    issuer: 'CN=Development CA',
    publicKey: 'EC P-256',
    isCertificateAuthority: false,
  });
  t.strictSame(leaf?.commonNames, ['tikv']);
  t.strictSame(leaf?.subjectAltNames.dns, ['localhost', '*.tikv.svc']);
  t.strictSame(leaf?.extendedKeyUsage, ['serverAuth', 'clientAuth']);
  t.strictSame(leaf?.keyUsage, ['digitalSignature']);
  t.strictSame(facts.ca?.[0]?.keyUsage, ['keyCertSign', 'cRLSign']);
  t.match(leaf?.fingerprint, /^[0-9a-f]{64}$/);
  t.notMatch(JSON.stringify(facts), /PRIVATE KEY/, 'no key material');
  for (const [host, covered] of [
    ['localhost', true],
    ['a.tikv.svc', true],
    ['tikv', false],
    ['127.0.0.1', true],
    ['::1', true],
    ['10.0.0.1', false],
  ] as const) {
    t.equal(leaf?.coversHost(host), covered, host);
  }
});

t.test('each unusable file gives one error with its path and a hint, and the facts of the others stay', async (t) => {
  const good = await authority.issue({ commonName: 'tikv' });
  const wrongOrder = await issueBad(authority, 'wrongOrder', { commonName: 'tikv' });
  const encrypted = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
  }).privateKey;
  const faults: readonly (readonly [string, 'ca' | 'cert' | 'key', string, (path: string) => void])[] = [
    ['missing', 'cert', 'not_found', (path) => rmSync(path)],
    [
      'a directory',
      'ca',
      'not_a_file',
      (path) => {
        rmSync(path);
        mkdirSync(path);
      },
    ],
    [
      'a FIFO',
      'key',
      'not_a_file',
      (path) => {
        rmSync(path);
        execFileSync('mkfifo', [path]);
      },
    ],
    ['empty', 'ca', 'empty', (path) => writeFileSync(path, '')],
    ['larger than any PEM', 'cert', 'too_large', (path) => writeFileSync(path, Buffer.alloc((1 << 20) + 1, 'a'))],
    ['cut short', 'cert', 'bad_pem', (path) => writeFileSync(path, good.certificatePem.slice(0, 200))],
    [
      'DER',
      'cert',
      'not_pem',
      (path) => writeFileSync(path, Buffer.from(good.certificatePem.split('\n').slice(1, -2).join(''), 'base64')),
    ],
    ['one NUL byte', 'ca', 'not_pem', (path) => writeFileSync(path, `${authority.certificatePem}\0`)],
    ['only text', 'ca', 'no_certificate', (path) => writeFileSync(path, 'hello')],
    ['a certificate instead of a key', 'key', 'no_key', (path) => writeFileSync(path, good.certificatePem)],
    ['encrypted', 'key', 'encrypted_key', (path) => writeFileSync(path, encrypted)],
    [
      'key cut short',
      'key',
      'unsupported_key',
      (path) => writeFileSync(path, '-----BEGIN PRIVATE KEY-----\nMIG\n-----END PRIVATE KEY-----\n'),
    ],
    [
      'wrong order',
      'cert',
      'chain_order',
      (path) => {
        writeFileSync(path, wrongOrder.certificatePem);
        writeFileSync(path.replace('cert', 'key'), wrongOrder.keyPem);
      },
    ],
  ];
  for (const [what, which, code, spoil] of faults) {
    const directory = temporaryDirectory(t);
    const paths = { ca: join(directory, 'ca'), cert: join(directory, 'cert'), key: join(directory, 'key') };
    writeFileSync(paths.ca, authority.certificatePem);
    writeFileSync(paths.cert, good.certificatePem);
    writeFileSync(paths.key, good.keyPem);
    spoil(paths[which]);
    const facts = await gatherCredentialFacts(paths, now);
    t.equal(facts.errors.length, 1, `${what}: one error`);
    t.match(facts.errors[0], { code, file: paths[which], hint: /\w/ }, what);
    t.match(facts.errors[0]?.message, `${paths[which]}: `, what);
  }
});

t.test(
  'a file that may not be read has another error than one that is missing',
  { skip: process.getuid?.() === 0 ? 'root may read everything' : false },
  async (t) => {
    const path = join(temporaryDirectory(t), 'key');
    writeFileSync(path, 'x');
    chmodSync(path, 0);
    const facts = await gatherCredentialFacts({ key: path }, now);
    t.match(facts.errors, [{ code: 'permission_denied' }]);
  },
);

t.test('whatever is in a file, parsing throws a CredentialError or nothing', async () => {
  const fragments = fc.constantFrom(
    '-----BEGIN CERTIFICATE-----\n',
    '-----END CERTIFICATE-----\n',
    '-----BEGIN PRIVATE KEY-----\n',
    authority.certificatePem,
    authority.keyPem,
    'AAAA\n',
  );
  const content = fc
    .array(fc.oneof(fragments, fc.string()), { maxLength: 6 })
    .map((parts) => Buffer.from(parts.join('')));
  fc.assert(
    fc.property(
      fc.oneof(
        content,
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      ),
      (bytes) => {
        for (const parse of [
          () => parseCertificates(pemText(bytes, 'f'), 'f'),
          () => parseKey(pemText(bytes, 'f'), 'f'),
        ]) {
          try {
            parse();
          } catch (error: unknown) {
            if (!(error instanceof CredentialError)) {
              throw error;
            }
          }
        }
      },
    ),
  );
});
