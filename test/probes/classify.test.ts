import t from 'tap';
import { classifyPeerProblem } from '../../probes/classify.js';
import type { IdentityName } from '../../probes/observation.js';

t.test('a server that does not verify: the detail names whose CA it is', async (t) => {
  const detailAs = (identity: IdentityName) =>
    classifyPeerProblem({ peerProblem: 'SELF_SIGNED', peerProblemKind: 'certificate' }, identity)?.detail;
  t.equal(detailAs('agent'), "the server's certificate does not verify with the agent's CA (SELF_SIGNED)");
  t.equal(detailAs('pd'), "the server's certificate does not verify with the CA of pd (SELF_SIGNED)");
});
