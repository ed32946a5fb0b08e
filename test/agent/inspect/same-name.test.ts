import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Authority } from '../../../certs-dev/authority.js';
import { readCertificate } from '../../../credentials/read-certificate.js';
import { documentOf, textOf } from '../../support/inspecting.js';
import { leafOf } from '../../support/odd-certificates.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const names = { commonName: 'tikv', dns: ['localhost'], ip: ['127.0.0.1'] };
const first = await Authority.create({ commonName: 'Cluster CA' });
const digits = ({ certificatePem }: Authority) => readCertificate(certificatePem).fingerprint.slice(0, 8);

t.test('two CAs of one name, and a CA renewed with its key, are distinguished', async (t) => {
  const directory = temporaryDirectory(t);
  const file = (name: string, text: string) => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  const second = await Authority.create({ commonName: 'Cluster CA' });
  const renewed = await first.renewed();
  const ca = file('ca.crt', first.certificatePem);
  const tikv = file('tikv.crt', (await second.issue(names)).certificatePem);
  const text = (await textOf([ca, tikv, file('second.crt', second.certificatePem)])).replace(/\s+/g, ' ');
  t.match(text, `signed by CN=Cluster CA (SHA-256 ${digits(second)}…, key identifier`);
  t.match(text, `is another CA than CN=Cluster CA (SHA-256 ${digits(second)}…`);
  t.match(text, /which has the same name and another key/);
  t.match(text, `key id ${readCertificate(first.certificatePem).keyIdentifiers.subject}`);
  const both = await documentOf([ca, file('renewed.crt', renewed.certificatePem)]);
  t.match(both.certificates[0]?.notes, [`is one CA with CN=Cluster CA (SHA-256 ${digits(renewed)}…`]);
  t.match(both.trusted, [`SHA-256 ${digits(first)}…`, `SHA-256 ${digits(renewed)}…`], 'the trust anchors, too');
  const { certificates } = await documentOf([ca, tikv]);
  const leaf = certificates.find(({ authority }) => !authority);
  t.match(leaf, {
    signedBy: null,
    authorityKeyIdentifier: readCertificate(second.certificatePem).keyIdentifiers.subject,
    notes: [`another CA of that name signed it, not CN=Cluster CA (SHA-256 ${digits(first)}…`],
  });
});

t.test('a leaf that has the subject of its CA', async (t) => {
  const directory = temporaryDirectory(t);
  const pair = await leafOf(first, 'CN=Cluster CA', 'none');
  writeFileSync(join(directory, 'all.pem'), pair.certificatePem + pair.keyPem + first.certificatePem);
  const { certificates } = await documentOf([join(directory, 'all.pem')]);
  t.match(certificates.find(({ authority }) => !authority)?.notes, [
    'has the subject of its CA: OpenSSL takes it for self-signed, unless the key identifiers differ',
  ]);
});
