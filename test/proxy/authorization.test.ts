import { X509Certificate } from 'node:crypto';
import t from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import { Authorization } from '../../proxy/authorization.js';

const rules = { commonNames: ['friend'], subjectAltNames: [], organizationalUnits: [], all: false };

t.test(
  'certificates are distinguished by their bytes, whether parsed before or not, and beyond the number that is kept',
  async (t) => {
    const authority = await Authority.create();
    const derOf = async (commonName: string) =>
      new X509Certificate((await authority.issue({ commonName })).certificatePem).raw;
    const [friend, unauthorizedClient] = [await derOf('friend'), await derOf('unauthorized')];
    const authorization = new Authorization(rules);
    for (let round = 0; round < 2; round++) {
      t.match(authorization.authorize(friend), { rule: { kind: 'cn', name: 'friend' }, subject: 'CN=friend' });
      t.match(authorization.authorize(unauthorizedClient), { rule: undefined, subject: 'CN=unauthorized' });
      for (let index = 0; round === 0 && index < 300; index++) {
        t.equal(authorization.authorize(await derOf(`other ${index}`)).rule, undefined);
      }
    }
  },
);
