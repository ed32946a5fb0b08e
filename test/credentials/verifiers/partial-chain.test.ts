import t from 'tap';
import { Authority } from '../../../certs-dev/authority.js';
import type { VerifierName } from '../../../credentials/verifiers/verifier.js';
import { verifiers } from '../../../credentials/verifiers/verifiers.js';

t.test('a CA file of the intermediate alone suffices for Go and gRPC C-core, and not for OpenSSL', async (t) => {
  const authority = await Authority.create();
  const intermediate = await authority.intermediate('Intermediate');
  const { certificatePem, keyPem } = await intermediate.issue({ commonName: 'x', dns: ['localhost'] });
  const shown = { cert: Buffer.from(certificatePem), key: Buffer.from(keyPem) };
  for (const role of ['client', 'server'] as const) {
    const verify = (name: VerifierName, bundle: string) => verifiers[name]({ shown, role, ca: Buffer.from(bundle) });
    for (const name of ['go', 'go-etcd', 'grpc-core'] as const) {
      const { trusted, chains } = await verify(name, intermediate.certificatePem);
      t.equal(trusted, true, `${name}, ${role}`);
      const told = name !== 'grpc-core' || role === 'server';
      t.strictSame(
        chains.map(({ length }) => length),
        told ? [2] : [],
        `${name}, ${role}: the chain`,
      );
      t.match(await verify(name, authority.certificatePem), { trusted: false }, `${name}, ${role}: chain not sent`);
    }
    t.match(
      await verify('openssl', intermediate.certificatePem),
      { trusted: false, code: 'UNABLE_TO_GET_ISSUER_CERT' },
      role,
    );
  }
});
