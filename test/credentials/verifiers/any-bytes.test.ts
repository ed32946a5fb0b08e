import fc from 'fast-check';
import t from 'tap';
import { verifierNames } from '../../../credentials/verifiers/verifier.js';
import { verifiers } from '../../../credentials/verifiers/verifiers.js';
import { cases, requestOf } from './cases.js';

/** Bytes of a file with some of them replaced, or any bytes. */
function spoiled(bytes: Buffer): fc.Arbitrary<Buffer> {
  const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
  const changed = fc.array(change, { maxLength: 4 }).map((changes) => {
    const copy = Buffer.from(bytes);
    for (const [at, value] of changes) {
      copy[at] = value;
    }
    return copy;
  });
  return fc.oneof(
    { weight: 4, arbitrary: changed },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((any) => Buffer.from(any)) },
  );
}

t.test('whatever the bytes are, each verifier resolves, and a rejection says why', async (t) => {
  for (const { name, host } of cases.filter((_one, index) => index % 4 === 0)) {
    const { ca, shown, role, now } = requestOf({ name, host }, 'server');
    if (!('cert' in shown)) {
      throw new TypeError('a case has files');
    }
    const files = fc.record({ ca: spoiled(ca), cert: spoiled(shown.cert), key: spoiled(shown.key) });
    await fc.assert(
      fc.asyncProperty(files, fc.constantFrom(...verifierNames), async ({ ca, cert, key }, verifier) => {
        const result = await verifiers[verifier]({ ca, shown: { cert, key }, role, host, now });
        return result.trusted === true || (result.trusted === false && (result.message ?? '') !== '');
      }),
      { numRuns: 40 },
    );
    t.pass(name);
  }
});
