import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Authority, type Issued } from '../../certs-dev/authority.js';
import { CredentialStore, type ReloadEvent } from '../../credentials/credential-store.js';
import { needs } from '../support/peers.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const authority = await Authority.create();
const issue = (commonName: string) => authority.issue({ commonName });

function write(directory: string, pair: Issued): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'tls.key'), pair.keyPem);
  writeFileSync(join(directory, 'tls.crt'), pair.certificatePem);
}

async function storeIn(t: Test) {
  const root = temporaryDirectory(t);
  const directory = join(root, 'tls');
  write(directory, await issue('first'));
  const ca = join(root, 'ca.crt');
  writeFileSync(ca, authority.certificatePem);
  const events: ReloadEvent[] = [];
  const paths = { ca, cert: join(directory, 'tls.crt'), key: join(directory, 'tls.key') };
  return {
    root,
    directory,
    events,
    paths,
    open: () => new CredentialStore(paths, { onReload: (event) => events.push(event) }),
  };
}

function nameIn(store: CredentialStore): string | undefined {
  return store.current().pair.leaf.commonNames[0];
}

t.test('after each way of swapping the files, the very next connection uses the new ones', async (t) => {
  const ways: Readonly<Record<string, (directory: string, pair: Issued) => void>> = {
    'in place': write,
    'temporary file and rename': (directory, pair) => {
      for (const [name, pem] of [
        ['tls.key', pair.keyPem],
        ['tls.crt', pair.certificatePem],
      ] as const) {
        writeFileSync(join(directory, `${name}.new`), pem);
        renameSync(join(directory, `${name}.new`), join(directory, name));
      }
    },
    'unlink and create': (directory, pair) => {
      unlinkSync(join(directory, 'tls.key'));
      unlinkSync(join(directory, 'tls.crt'));
      write(directory, pair);
    },
    'directory replaced': (directory, pair) => {
      write(`${directory}.new`, pair);
      renameSync(directory, `${directory}.old`);
      renameSync(`${directory}.new`, directory);
    },
    'times preserved': (directory, pair) => {
      write(directory, pair);
      utimesSync(join(directory, 'tls.crt'), 1, 1);
      utimesSync(join(directory, 'tls.key'), 1, 1);
    },
  };
  for (const [way, swap] of Object.entries(ways)) {
    const { directory, open } = await storeIn(t);
    const store = open();
    const before = store.current();
    swap(directory, await issue('second'));
    t.equal(nameIn(store), 'second', way);
    t.equal(store.current().number, 2, `${way}: one new version`);
    t.equal(before.pair.leaf.commonNames[0], 'first', `${way}: the old connection keeps what it was made with`);
  }
});

t.test('follows the symbolic links of Kubernetes when ..data is swapped', async (t) => {
  const { root, paths } = await storeIn(t);
  const volume = join(root, 'volume');
  write(join(volume, '..1'), await issue('first'));
  symlinkSync('..1', join(volume, '..data'));
  symlinkSync('..data/tls.crt', join(volume, 'tls.crt'));
  symlinkSync('..data/tls.key', join(volume, 'tls.key'));
  const store = new CredentialStore({ ca: paths.ca, cert: join(volume, 'tls.crt'), key: join(volume, 'tls.key') });
  write(join(volume, '..2'), await issue('second'));
  symlinkSync('..2', join(volume, '..data_tmp'));
  renameSync(join(volume, '..data_tmp'), join(volume, '..data'));
  t.equal(nameIn(store), 'second');
});

t.test(
  'a key of another certificate is never used: the old version stays, is reported once, and the next call tries again',
  async (t) => {
    const { directory, open, events } = await storeIn(t);
    const store = open();
    const second = await issue('second');
    writeFileSync(join(directory, 'tls.crt'), second.certificatePem);
    t.equal(nameIn(store), 'first');
    t.equal(nameIn(store), 'first');
    t.equal(store.lastError?.code, 'key_mismatch');
    t.strictSame(
      events.map(({ outcome }) => outcome),
      ['failed'],
    );
    writeFileSync(join(directory, 'tls.key'), second.keyPem);
    t.equal(nameIn(store), 'second');
    t.equal(store.lastError, undefined);
    t.strictSame(
      events.map(({ outcome }) => outcome),
      ['failed', 'reloaded'],
    );
  },
);

t.test('a certificate file that is garbage, empty or absent leaves the old version in use', async (t) => {
  const { directory, open } = await storeIn(t);
  const store = open();
  const faults: readonly (readonly [string, () => void])[] = [
    ['no_certificate', () => writeFileSync(join(directory, 'tls.crt'), 'garbage')],
    ['empty', () => writeFileSync(join(directory, 'tls.crt'), '')],
    ['not_pem', () => writeFileSync(join(directory, 'tls.crt'), Buffer.from([0x30, 0x82, 0, 1]))],
    ['not_found', () => rmSync(join(directory, 'tls.crt'))],
  ];
  for (const [code, spoil] of faults) {
    spoil();
    t.equal(nameIn(store), 'first', code);
    t.equal(store.lastError?.code, code);
  }
});

t.test('a new modification time alone is no rotation', async (t) => {
  const { open, paths, events } = await storeIn(t);
  const store = open();
  utimesSync(paths.cert, new Date(), new Date());
  t.equal(store.current().number, 1);
  t.strictSame(events, []);
});

t.test('the CA is the one read at start, whatever the file says later', async (t) => {
  const { paths, open, directory } = await storeIn(t);
  const store = open();
  const other = await Authority.create({ commonName: 'Other CA' });
  writeFileSync(paths.ca, other.certificatePem);
  write(directory, await issue('second'));
  t.equal(store.current().trust.pem, authority.certificatePem);
});

t.test('does not start with an empty or half-broken CA, or with a key that does not match', async (t) => {
  const { paths, open, directory } = await storeIn(t);
  writeFileSync(paths.ca, '');
  t.throws(open, { code: 'empty' });
  writeFileSync(paths.ca, `${authority.certificatePem}-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n`);
  t.throws(open, { code: 'bad_pem' });
  writeFileSync(paths.ca, authority.certificatePem);
  writeFileSync(join(directory, 'tls.key'), (await issue('other')).keyPem);
  t.throws(open, { code: 'key_mismatch' });
});

t.test('never mixes two versions, however the files are swapped while it reads', async (t) => {
  const { directory, open } = await storeIn(t);
  const [one, two] = [join(directory, 'one'), join(directory, 'two')];
  write(one, await issue('one'));
  write(two, await issue('two'));
  const store = open();
  const script = `
    const fs = require('node:fs'); const [dir] = process.argv.slice(1);
    const pairs = ['one', 'two'].map((n) => ['tls.crt', 'tls.key'].map((f) => fs.readFileSync(dir + '/' + n + '/' + f)));
    console.log('go');
    for (let i = 0; i < 3000; i++) { const [crt, key] = pairs[i % 2]; fs.writeFileSync(dir + '/tls.crt', crt); fs.writeFileSync(dir + '/tls.key', key); }
  `;
  const writer = spawn(process.execPath, ['-e', script, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  let running = true;
  writer.on('exit', () => {
    running = false;
  });
  await new Promise((resolve) => writer.stdout.once('data', resolve));
  const names = new Set<string | undefined>();
  while (running) {
    const { pair } = store.current();
    names.add(pair.leaf.commonNames[0]);
    if (!pair.leaf.matchesKey((await import('node:crypto')).createPrivateKey(pair.keyPem))) {
      t.fail('certificate and key of two versions');
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  t.ok(names.has('one') || names.has('two'), 'new versions were used while the files were being replaced');
});

const openssl = needs('/usr/bin/openssl', 'openssl');

t.test(
  'what OpenSSL does not load is not used either: the old version stays, and the error says why',
  openssl,
  async (t) => {
    const { directory, events, paths, open } = await storeIn(t);
    const store = open();
    const small = ['req', '-x509', '-newkey', 'rsa:512', '-nodes', '-days', '1', '-subj', '/CN=small'];
    execFileSync('openssl', [...small, '-keyout', paths.key, '-out', paths.cert], { stdio: 'ignore' });
    t.equal(nameIn(store), 'first');
    t.match(store.lastError, { code: 'unsupported_key', hint: 'issue a stronger key' });
    t.match(events, [{ outcome: 'failed' }]);
    write(directory, await issue('second'));
    t.equal(nameIn(store), 'second');
    t.match(events, [{ outcome: 'failed' }, { outcome: 'reloaded' }]);
  },
);

t.test('a version that is handed over stays in use, with its CA, until the files hold a good one', async (t) => {
  const { directory, paths, open } = await storeIn(t);
  const inherited = open().handOver();
  unlinkSync(paths.key);
  writeFileSync(paths.ca, (await Authority.create()).certificatePem);
  const heir = new CredentialStore(paths, { inherited });
  t.equal(nameIn(heir), 'first');
  t.match(heir.current(), { number: 1, trust: { pem: authority.certificatePem } });
  t.match(heir.lastError, { code: 'not_found' });
  write(directory, await issue('second'));
  t.equal(nameIn(heir), 'second');
  t.match(
    heir.current(),
    { number: 2, trust: { pem: authority.certificatePem } },
    'the CA is still the one read at start',
  );
});
