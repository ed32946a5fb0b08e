import t from 'tap';
import { filesFaultOf, whyNotConnected } from '../../checks/files-fault.js';
import { factsOfCase, instanceOf } from '../support/evidence.js';

t.test('a file that only a verifier rejects is a fault, and no reason to leave its port alone', async (t) => {
  const instance = instanceOf('tikv');
  const facts = await factsOfCase('b4', 'tikv');
  t.not(facts.loadingFailures.length, 0, 'gRPC C-core does not load it');
  t.equal(filesFaultOf(facts), 'unreadable');
  for (const endpoint of instance.endpoints) {
    t.equal(whyNotConnected({ instance, endpoint }, facts), undefined, endpoint.name);
    t.equal(whyNotConnected({ instance, endpoint }, { ...facts, keyMatches: false }), 'mismatched', endpoint.name);
  }
});
