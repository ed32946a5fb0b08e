import t from 'tap';
import type { VerificationResult, VerifierName } from '../../../credentials/verifiers/verifier.js';
import { verifiers } from '../../../credentials/verifiers/verifiers.js';
import { type Case, cases, outdated, requestOf } from './cases.js';

function inShort({ step, message }: VerificationResult): string {
  return step === undefined ? 'accepts' : `${step}: ${message}`;
}

async function inBothRoles(verifier: VerifierName, one: Case): Promise<readonly VerificationResult[]> {
  const verify = verifiers[verifier];
  return [await verify(requestOf(one, 'server')), await verify(requestOf(one, 'client'))];
}

t.test('Go says of each case what Go said', async (t) => {
  for (const one of cases) {
    t.equal(inShort(await verifiers.go(requestOf(one, 'server'))), one.go, `${one.name}: ${one.what}`);
  }
});

t.test('Go with the CA file read as PD reads it accepts where a pd-server starts', async (t) => {
  for (const one of cases) {
    const result = await verifiers['go-etcd'](requestOf(one, 'server'));
    t.equal(result.trusted ? 'starts' : 'exits', one.pd, `${one.name}: ${one.what}: ${inShort(result)}`);
  }
});

t.test('gRPC C-core says of each case what it said, in the worse of both roles', { skip: outdated }, async (t) => {
  for (const one of cases) {
    const results = await inBothRoles('grpc-core', one);
    const bad = results.find(({ trusted }) => trusted !== true);
    const loads = bad?.step === undefined || bad.step === 'peer';
    const seen = bad === undefined ? 'accepts' : loads ? 'rejects' : 'does not start';
    t.equal(seen, one.grpcCore, `${one.name}: ${one.what}: ${results.map(inShort).join(', ')}`);
  }
});

t.test(
  'OpenSSL on its own takes a shorter key, another label, and compares no names',
  { skip: outdated },
  async (t) => {
    for (const one of cases) {
      const results = await inBothRoles('openssl', one);
      const accepts = one.grpcCore === 'accepts' || ['a6b', 'b4', 'e14'].includes(one.name);
      t.equal(
        results.every(({ trusted }) => trusted),
        accepts,
        `${one.name}: ${results.map(inShort).join(', ')}`,
      );
    }
  },
);

t.test(
  'OpenSSL gives its code in both roles, also where the peer leaves during the handshake',
  { skip: outdated },
  async (t) => {
    const malformed = cases.filter(({ name }) => name === 'malformed-names');
    for (const one of malformed) {
      for (const { code, role } of await inBothRoles('openssl', one)) {
        t.equal(code, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', role);
      }
    }
    t.equal(malformed.length, 1);
  },
);

t.test(
  "OpenSSL's words are the same in both roles, also where Node has no name for its code",
  { skip: outdated },
  async (t) => {
    for (const name of ['f1', 'f11']) {
      const [one] = cases.filter((candidate) => candidate.name === name);
      const results = one === undefined ? [] : await inBothRoles('openssl', one);
      t.strictSame(
        results.map(({ message }) => message),
        ['permitted subtree violation', 'permitted subtree violation'],
        name,
      );
    }
  },
);
