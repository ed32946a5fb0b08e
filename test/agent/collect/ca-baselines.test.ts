import { writeFileSync } from 'node:fs';
import t from 'tap';
import { Baselines } from '../../../agent/collect/ca-baselines.js';
import { Authority } from '../../../certs-dev/authority.js';
import { credentialKey } from '../../../checks/check.js';
import { partiesOf } from '../../../cluster/components/parties.js';
import { gatherCredentialFacts } from '../../../credentials/gather.js';
import { CredentialRepository } from '../../../credentials/repository.js';
import { authority, factsOf, instanceOf, names, now } from '../../support/evidence.js';
import { tooSmall } from '../../support/odd-certificates.js';

t.test(
  'certificate and key are verified under the CA of the first reading too, unless the component does not load them',
  async (t) => {
    const instance = instanceOf('tikv');
    const key = credentialKey(instance);
    const baselines = new Baselines(new CredentialRepository(), undefined, new Set([key]));
    const first = await factsOf(t, await authority.issue(names));
    const { ca = '', cert = '', key: keyFile = '' } = first.paths;
    const readAgain = () => gatherCredentialFacts(first.paths, now, new CredentialRepository(), partiesOf('tikv'));
    const seen = async () => {
      await baselines.record([instance], new Map([[key, await readAgain()]]), now);
      return baselines.entries().get(key);
    };
    t.equal((await seen())?.underOldCa, undefined, 'the CA is the first one');
    writeFileSync(ca, (await Authority.create()).certificatePem);
    t.match(await seen(), { underOldCa: [{ role: 'client', trusted: true }, { role: 'server' }] });
    const small = await tooSmall();
    writeFileSync(keyFile, small.keyPem);
    writeFileSync(cert, small.certificatePem);
    t.match(await readAgain(), {
      keyMatches: true,
      errors: [],
      loadingFailures: [{ verifier: 'grpc-core', step: 'pair' }],
    });
    t.strictSame(await seen().then((one) => [one?.caDigest, one?.underOldCa]), [first.caDigest, undefined]);
  },
);

t.test('what the CA file held between the first reading and now is kept, what does not parse is not', async (t) => {
  const instance = instanceOf('tidb');
  const key = credentialKey(instance);
  const baselines = new Baselines(new CredentialRepository(), undefined, new Set([key]));
  const { paths } = await factsOf(t, await authority.issue(names));
  const between = async (ca: string) => {
    writeFileSync(paths.ca ?? '', ca);
    await baselines.record([instance], new Map([[key, await gatherCredentialFacts(paths, now)]]), now);
    return baselines
      .entries()
      .get(key)
      ?.between?.map((certificates) => certificates.map(({ subject }) => subject));
  };
  const [second, third] = await Promise.all(['Second', 'Third'].map((commonName) => Authority.create({ commonName })));
  t.strictSame(await between(authority.certificatePem), []);
  t.strictSame(await between(second?.certificatePem ?? ''), [], 'that is what it holds now');
  t.strictSame(await between('no certificate'), [['CN=Second']]);
  t.strictSame(await between(third?.certificatePem ?? ''), [['CN=Second']]);
  t.strictSame(await between(second?.certificatePem ?? ''), [['CN=Third']]);
});
