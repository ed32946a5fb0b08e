import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { globSync } from 'tinyglobby';
import { Authority } from '../../certs-dev/authority.js';
import type { Certificate } from '../../credentials/certificate.js';
import { derOf, readCertificate } from '../../credentials/read-certificate.js';
import { askedOfGo } from '../../credentials/verifiers/go.js';
import { subjectAltName, withExtension } from '../support/odd-certificates.js';

const authority = await Authority.create();
const issuer = readCertificate(authority.certificatePem);
const named = { dns: ['localhost', 'a.example.com'], ip: ['127.0.0.1', '::1'] };
const issued = await authority.issue({ commonName: 'leaf', ...named });
const key = createPrivateKey(issued.keyPem);
const malformed = await withExtension(subjectAltName, malformedNames());

/** A GeneralNames whose length is larger than everything that follows. */
function malformedNames(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 1, 2, 3]);
}

/** Numbers from 0 up to a limit, the same ones in every run (a linear congruential generator). */
function seeded(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

function readOrNothing(der: Buffer): Certificate | undefined {
  try {
    return readCertificate(der);
  } catch {
    return undefined;
  }
}

function askMethods(certificate: Certificate): void {
  certificate.coversHost('localhost');
  certificate.coversHost('127.0.0.1');
  certificate.matchesKey(key);
  certificate.isIssuedBy(issuer);
}

t.test('a sound certificate has no unreadable field', async (t) => {
  for (const pem of [issued.certificatePem, authority.certificatePem]) {
    t.strictSame(readCertificate(pem).unreadable, []);
  }
});

t.test('names that are malformed are said to be unreadable, and are none', async (t) => {
  const certificate = readCertificate(malformed.certificatePem);
  t.strictSame(certificate.subjectAltNames, { dns: [], ip: [], uri: [], email: [] });
  t.ok(certificate.unreadable.includes('subjectAltNames'));
  t.equal(certificate.subject, 'CN=odd', 'and the other fields are read');
  t.equal(certificate.coversHost('localhost'), false);
});

t.test('a time that is none counts as long past', async (t) => {
  const der = Buffer.from(new X509Certificate(issued.certificatePem).raw);
  const [, notAfter] = [...der.toString('latin1').matchAll(/\d{12}Z/g)];
  der.write('9999', notAfter?.index ?? 0, 'latin1');
  const certificate = readCertificate(der);
  t.equal(certificate.notAfter.getTime(), 0);
  t.strictSame(certificate.unreadable, ['notAfter']);
});

t.test('30 000 certificates with changed bytes: no question throws', async (t) => {
  const random = seeded(1);
  const originals = [issued, malformed, authority].map(({ certificatePem }) => new X509Certificate(certificatePem).raw);
  const unreadable = new Set<string>();
  let parsed = 0;
  for (let round = 0; round < 30_000; round++) {
    const der = Buffer.from(originals[round % originals.length] ?? '');
    for (let changes = 1 + random(3); changes > 0; changes--) {
      der[random(der.length)] = random(256);
    }
    const certificate = readOrNothing(der);
    if (certificate !== undefined) {
      parsed++;
      // This asks for every field.
      for (const field of certificate.unreadable) {
        unreadable.add(field);
      }
      askMethods(certificate);
    }
  }
  t.ok(parsed > 10_000, `${parsed} were read`);
  for (const field of ['subjectAltNames', 'notAfter', 'publicKey', 'keyUsage']) {
    t.ok(unreadable.has(field), field);
  }
});

t.test("no other file asks Node's certificate for anything", async (t) => {
  const root = join(import.meta.dirname, '../..').replace(/\/\.tap-js$/, '');
  const files = globSync('{credentials,cluster,probes,checks,metrics,proxy,agent}/**/*.ts', { cwd: root });
  t.ok(files.length > 200);
  t.strictSame(
    files.filter((file) => /import .*\bX509Certificate\b/.test(readFileSync(join(root, file), 'utf8'))),
    ['credentials/read-certificate.ts'],
  );
});

t.test('coversHost is what Go says: whole wildcards, one trailing dot, an IP address by an IP SAN alone', async (t) => {
  const dns = ['tikv-0', '*.peer.svc', 'pd*.x.svc', '127.0.0.1', 'Upper.svc', 'a.*.svc'];
  const { certificatePem } = await authority.issue({ commonName: 'cn.svc', dns, ip: ['10.0.0.1', '::1'] });
  const chain = [derOf(certificatePem)];
  const certificate = readCertificate(certificatePem);
  for (const [host, covered] of [
    ['tikv-0', true],
    ['tikv-0.', true],
    ['tikv-0..', false],
    ['TIKV-0', true],
    ['upper.svc', true],
    ['cn.svc', false],
    ['a.peer.svc', true],
    ['a.peer.svc.', true],
    ['a.b.peer.svc', false],
    ['peer.svc', false],
    ['pd1.x.svc', false],
    ['a.b.svc', false],
    ['127.0.0.1', false],
    ['10.0.0.1', true],
    ['10.0.0.1.', false],
    ['::1', true],
    ['0:0:0:0:0:0:0:1', true],
    ['10.0.0.2', false],
  ] as const) {
    const ca = Buffer.from(authority.certificatePem);
    const { trusted, code } = askedOfGo('go', { ca, shown: { chain }, role: 'server', host });
    t.equal(trusted, covered, `Go: ${host} (${code})`);
    t.equal(certificate.coversHost(host), covered, host);
  }
});

t.test('a certificate of 30 kB is read whole, and stops nothing else meanwhile', async (t) => {
  const dns = Array.from({ length: 1_200 }, (_, index) => `host-${index}.example.com`);
  const { certificatePem } = await authority.issue({ commonName: 'many', dns });
  const certificate = readCertificate(certificatePem);
  t.equal(certificate.subjectAltNames.dns.length, 1_200);
  t.strictSame(certificate.commonNames, ['many']);
  t.ok(certificate.coversHost('host-1199.example.com'));
  const start = process.cpuUsage();
  t.strictSame(certificate.unreadable, []);
  t.ok(process.cpuUsage(start).user < 300_000);
});
