import { X509Certificate } from 'node:crypto';
import t from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import { certificateOf } from '../../credentials/known-certificates.js';

t.test('the same bytes are one certificate, other bytes another', async (t) => {
  const authority = await Authority.create();
  const derOf = async (commonName: string) =>
    new X509Certificate((await authority.issue({ commonName })).certificatePem).raw;
  const [one, other] = [await derOf('one'), await derOf('other')];
  t.equal(certificateOf(one), certificateOf(Buffer.from(one)));
  t.match(certificateOf(one), { subject: 'CN=one' });
  t.match(certificateOf(other), { subject: 'CN=other' });
});

t.test('bytes that are no certificate are refused each time', async (t) => {
  t.throws(() => certificateOf(Buffer.from('none')));
  t.throws(() => certificateOf(Buffer.from('none')));
});
