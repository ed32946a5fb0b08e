import { X509Certificate } from 'node:crypto';
import t from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import { Admission } from '../../proxy/authorization.js';

const rules = { commonNames: ['friend'], subjectAltNames: [], organizationalUnits: [], all: false };

t.test('certificates are told apart by their bytes, seen before or not, and beyond what is remembered', async (t) => {
  const authority = await Authority.create();
  const derOf = async (commonName: string) =>
    new X509Certificate((await authority.issue({ commonName })).certificatePem).raw;
  const [friend, unauthorizedClient] = [await derOf('friend'), await derOf('stranger')];
  const admission = new Admission(rules);
  for (let round = 0; round < 2; round++) {
    t.match(admission.resultOn(friend), { rule: 'cn', subject: 'CN=friend' });
    t.match(admission.resultOn(unauthorizedClient), { rule: undefined, subject: 'CN=stranger' });
    for (let index = 0; round === 0 && index < 300; index++) {
      t.equal(admission.resultOn(await derOf(`other ${index}`)).rule, undefined);
    }
  }
});
