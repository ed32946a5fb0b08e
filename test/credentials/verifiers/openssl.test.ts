import t from 'tap';
import { Authority } from '../../../certs-dev/authority.js';
import { verifyByOpenssl } from '../../../credentials/verifiers/openssl.js';

t.test('a bundle of the intermediate alone verifies only where a partial chain is allowed', async (t) => {
  const authority = await Authority.create();
  const intermediate = await authority.intermediate('Intermediate');
  const { certificatePem: chain, keyPem: key } = await intermediate.issue({ commonName: 'x', dns: ['localhost'] });
  for (const role of ['client', 'server'] as const) {
    const verify = (bundle: string) => verifyByOpenssl({ chain, key, bundle, role });
    t.match(await verify(intermediate.certificatePem), { trusted: true, partialChainOnly: true }, role);
    t.match(await verify(authority.certificatePem), { trusted: false }, `${role}, chain not sent`);
  }
});
