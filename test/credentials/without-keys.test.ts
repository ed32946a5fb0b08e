import fc from 'fast-check';
import t from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import { withoutKeys } from '../../credentials/without-keys.js';
import { KeyTraces } from '../support/key-traces.js';

const { keyPem, certificatePem } = await (await Authority.create()).issue({ commonName: 'x' });
const traces = new KeyTraces([{ name: 'key', pem: keyPem }]);
const once = JSON.stringify({ 'key-path': keyPem, next: 'value' });

t.test('a key is left out, and what is around it stays', async (t) => {
  t.equal(withoutKeys(`/dir/${keyPem.trim()}: does not exist`), '/dir/(a private key): does not exist');
  t.strictSame(JSON.parse(withoutKeys(once)), { 'key-path': '(a private key)\n', next: 'value' });
  t.strictSame(JSON.parse(JSON.parse(withoutKeys(JSON.stringify(once)))).next, 'value', 'in JSON in JSON');
  t.equal(withoutKeys(`"${keyPem.slice(0, 120)}" is torn`), '"(a private key)" is torn');
  t.equal(withoutKeys(`tidb ${keyPem.replaceAll('\n', '?')} x`), 'tidb (a private key)? x', 'in a table');
  const encrypted = '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00FF\n\nAAAA\n';
  t.equal(withoutKeys(`"${encrypted}-----END RSA PRIVATE KEY-----" x`), '"(a private key)" x');
  t.equal(withoutKeys(`${keyPem}${certificatePem}${keyPem}`), `(a private key)\n${certificatePem}(a private key)\n`);
  const harmless = 'name the file with BEGIN PRIVATE KEY in it';
  t.equal(withoutKeys(harmless), harmless);
});

t.test('names that are the first and the last line of a key hide nothing that is between them', async (t) => {
  const findings = ['-----BEGIN PRIVATE KEY-----', 'tikv', '-----END PRIVATE KEY-----'].map((subject) => ({ subject }));
  const hidden = [{ subject: '(a private key)' }, ...findings.slice(1)];
  t.strictSame(JSON.parse(withoutKeys(JSON.stringify(findings))), hidden);
  t.strictSame(JSON.parse(withoutKeys(JSON.stringify(findings, undefined, 2))), hidden);
  const lines = findings.map(({ subject }) => `✗ ${subject}: expired  [certificate-validity]\n`).join('');
  t.match(withoutKeys(lines), /^✗ \(a private key\): expired .*\n✗ tikv: expired .*\n✗ -----END/);
  const series = findings.map(({ subject }) => `x{name="${subject}"} 1\n`).join('');
  t.match(withoutKeys(series), /name="tikv"/);
});

t.test('wherever it stands, nothing of it is left', async () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.integer({ min: 0, max: 2 }), (before, after, depth) => {
      let text = `${before}${keyPem}${after}`;
      for (let level = 0; level < depth; level++) {
        text = JSON.stringify({ text });
      }
      return traces.find(withoutKeys(text)).length === 0;
    }),
  );
});

t.test('a long text costs little: ten times the length is no hundred times the work', async (t) => {
  const work = (length: number) => {
    const long = `-----BEGIN PRIVATE KEY-----
${'A'.repeat(length)}`;
    const start = process.cpuUsage();
    t.equal(withoutKeys(long), '(a private key)');
    return process.cpuUsage(start).user;
  };
  const short = Math.max(work(200_000), 5_000);
  t.ok(work(2_000_000) < 50 * short, `${short} µs for the short one`);
  work(20_000_000);
});
