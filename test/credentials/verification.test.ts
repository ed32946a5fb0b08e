import t from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import { readCertificate } from '../../credentials/read-certificate.js';
import { type CredentialFiles, verifiedOnce, verifyPair } from '../../credentials/verification.js';
import type { VerificationResult } from '../../credentials/verifiers/verifier.js';
import { verifiers } from '../../credentials/verifiers/verifiers.js';

const authority = await Authority.create();
const leaf = readCertificate((await authority.issue({ commonName: 'x' })).certificatePem);
const result: VerificationResult = {
  verifier: 'go',
  role: 'client',
  trusted: true,
  step: undefined,
  code: undefined,
  message: undefined,
  chains: [],
};
const inForce = new Date((leaf.notBefore.getTime() + leaf.notAfter.getTime()) / 2);
const beside = (edge: Date, milliseconds: number) => new Date(edge.getTime() + milliseconds);

/** How often it is verified when the result is asked for at these times, one after the other. */
async function evaluations(digests: string, ...times: readonly Date[]): Promise<number> {
  let count = 0;
  for (const now of times) {
    await verifiedOnce(digests, [leaf], now, async () => {
      count++;
      return [result];
    });
  }
  return count;
}

t.test('the same files are verified once, other files on their own', async (t) => {
  t.equal(await evaluations('a', inForce, inForce, beside(inForce, 60_000)), 1);
  t.equal(await evaluations('b', inForce), 1);
});

t.test('a certificate that becomes valid or expires is verified again, also when the clock was set back', async (t) => {
  t.equal(await evaluations('ends', inForce, beside(leaf.notAfter, 1_000)), 2);
  t.equal(await evaluations('begins', beside(leaf.notBefore, -1_000), inForce), 2);
  t.equal(await evaluations('set back', inForce, beside(leaf.notBefore, -1_000), beside(leaf.notBefore, -2_000)), 2);
});

t.test('a verification that failed is not remembered', async (t) => {
  const fails = () => verifiedOnce('c', [leaf], inForce, () => Promise.reject(new Error('not loaded')));
  await t.rejects(fails(), /not loaded/);
  await t.rejects(fails(), /not loaded/);
});

t.test('a verifier that gave no result is asked again', async (t) => {
  let count = 0;
  const ask = () =>
    verifiedOnce('d', [leaf], inForce, async () => {
      count++;
      return [{ ...result, trusted: undefined }];
    });
  await ask();
  await ask();
  t.equal(count, 2);
});

t.test('a verifier that throws costs its own result', async (t) => {
  const file = { bytes: Buffer.from(''), certificates: [], digest: '' } as unknown as CredentialFiles['ca'];
  const party = { role: 'client', owner: true } as const;
  const parties = [
    { verifier: 'go', ...party },
    { verifier: 'openssl', ...party },
  ] as const;
  const throws = () => {
    throw new TypeError('on purpose');
  };
  const by = { ...verifiers, go: throws, openssl: async () => ({ ...result, verifier: 'openssl' }) as const };
  t.strictSame(await verifyPair({ ca: file, cert: file, key: file }, { parties }, inForce, by), [
    { ...result, trusted: undefined, message: 'gave no result: on purpose' },
    { ...result, verifier: 'openssl' },
  ]);
});
