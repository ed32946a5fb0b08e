import { X509Certificate } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import { certificateOf } from '../../credentials/known-certificates.js';
import { eventually } from '../support/eventually.js';

const authority = await Authority.create();

async function derOf(commonName: string): Promise<Buffer> {
  return new X509Certificate((await authority.issue({ commonName })).certificatePem).raw;
}

t.test('the same bytes are one certificate, other bytes another', async (t) => {
  const [one, other] = [await derOf('one'), await derOf('other')];
  t.equal(certificateOf(one), certificateOf(Buffer.from(one)));
  t.match(certificateOf(one), { subject: 'CN=one' });
  t.match(certificateOf(other), { subject: 'CN=other' });
});

t.test('bytes that are no certificate are rejected each time', async (t) => {
  t.throws(() => certificateOf(Buffer.from('none')));
  t.throws(() => certificateOf(Buffer.from('none')));
});

t.test('it is kept for as long as anything refers to it, and parsed again after that', async (t) => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const [rotated, served] = [await derOf('rotated'), await derOf('served')];
  const held = certificateOf(served);
  const seen = new WeakRef(certificateOf(rotated));
  await eventually('the rotated one is let go', () => {
    collect();
    return seen.deref() === undefined;
  });
  t.equal(certificateOf(served), held);
  t.match(certificateOf(rotated), { subject: 'CN=rotated' });
});
