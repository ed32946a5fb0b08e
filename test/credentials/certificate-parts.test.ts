import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import * as peculiar from '@peculiar/x509';
import t from 'tap';
import { globSync } from 'tinyglobby';
import { Authority } from '../../certs-dev/authority.js';
import { keyUsageNames } from '../../credentials/certificate-text.js';
import { derElements, derSequence, onlyContents } from '../../credentials/der.js';
import { splitCertificates } from '../../credentials/pem.js';
import { readCertificate } from '../../credentials/read-certificate.js';

const authority = await Authority.create();
const names = {
  dns: ['localhost', '*.a.example.com'],
  ip: ['127.0.0.1', '::1', '2001:db8::1:0:0:1', '::ffff:192.0.2.1'],
};
const issued = await authority.issue({ commonName: 'leaf', ...names });
const cases = globSync('verifiers/cases/**/*.crt', { cwd: import.meta.dirname, absolute: true })
  .flatMap((file) => splitCertificates(readFileSync(file, 'utf8')))
  .flatMap((pem) => {
    try {
      return [new X509Certificate(pem).raw];
    } catch {
      return [];
    }
  });

/** What the library reads of it; undefined where it gives up. */
function byLibrary(der: Buffer) {
  try {
    const certificate = new peculiar.X509Certificate(der);
    const usages = certificate.getExtension(peculiar.KeyUsagesExtension)?.usages;
    const alternative = certificate.getExtension(peculiar.SubjectAlternativeNameExtension)?.names.items ?? [];
    const of = (type: string) => alternative.filter((name) => name.type === type).map((name) => name.value);
    return {
      subjectDer: Buffer.from(certificate.subjectName.toArrayBuffer()).toString('hex'),
      keyUsage: usages && keyUsageNames.filter((name) => (usages & peculiar.KeyUsageFlags[name]) !== 0),
      subjectAltNames: { dns: of('dns'), uri: of('url'), email: of('email') },
      ip: of('ip').map((address) =>
        address.includes(':') ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address,
      ),
      subjectKey: certificate.getExtension(peculiar.SubjectKeyIdentifierExtension)?.keyId,
      authorityKey: certificate.getExtension(peculiar.AuthorityKeyIdentifierExtension)?.keyId,
    };
  } catch {
    return undefined;
  }
}

t.test('names, usages and key identifiers are those that an ASN.1 library reads', async (t) => {
  const all = [
    ...[issued.certificatePem, authority.certificatePem, ...rootCertificates].map(
      (pem) => new X509Certificate(pem).raw,
    ),
    ...cases,
  ];
  let compared = 0;
  for (const der of all) {
    const expected = byLibrary(der);
    if (expected !== undefined) {
      compared++;
      const { subjectDer, keyUsage, keyIdentifiers, subjectAltNames } = readCertificate(der);
      const { ip, ...others } = subjectAltNames;
      t.strictSame(
        {
          subjectDer,
          keyUsage,
          subjectAltNames: others,
          ip,
          subjectKey: keyIdentifiers.subject,
          authorityKey: keyIdentifiers.authority,
        },
        expected,
      );
    }
  }
  t.ok(compared > 150, `${compared} were compared`);
});

t.test('what is not DER is an error', async (t) => {
  for (const hex of ['30', '3002', '300201', '3080', '3085', '1f8101', '308500000000010500', '30820100']) {
    t.throws(() => derElements(Buffer.from(hex, 'hex')), hex);
  }
  t.throws(() => derSequence(Buffer.from('0400', 'hex')), /not one element/);
  t.throws(() => onlyContents(Buffer.from('04000400', 'hex'), 4), /not one element/);
  t.strictSame(
    derElements(Buffer.from('04010504820001070500', 'hex')).map(({ tag, contents }) => [tag, contents.toString('hex')]),
    [
      [4, '05'],
      [4, '07'],
      [5, ''],
    ],
  );
});
