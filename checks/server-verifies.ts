import type { Check } from './check.js';
import { findingOf } from './finding-of.js';

const id = 'server-verifies';

export const serverVerifies: Check = {
  id,
  title: "Each port's certificate verifies and is for its address",
  severity: 'fail',
  description:
    "What the port serves is judged as a caller judges it: the chain under the caller's CA, and the name or IP address dialled against the SANs.",
  remediation: "Issue the component's certificate from the CA that its callers trust, with the address they use.",
  results: { fail: 'what is served does not verify, or is not for the address that was dialled' },
  run: (evidence) =>
    evidence.observations
      .filter(({ observation }) => observation.identity === 'agent' && observation.peerChain.length > 0)
      .map(({ instance, endpoint, observation }) => {
        const { peerProblem, peerChain, identity } = observation;
        if (peerProblem === undefined) {
          return findingOf(id, 'pass', instance, { endpoint, identity, message: 'the certificate served verifies' });
        }
        const [leaf] = peerChain;
        const names = [...(leaf?.subjectAltNames.dns ?? []), ...(leaf?.subjectAltNames.ip ?? [])];
        const isName = peerProblem === 'ERR_TLS_CERT_ALTNAME_INVALID';
        const message = isName
          ? `the certificate served is not for ${endpoint.host} but for ${names.join(', ') || 'no name at all'}`
          : `the certificate served does not verify under the agent's CA (${peerProblem}); its issuer is ${leaf?.issuer ?? ''}`;
        const remediation = isName
          ? `issue it anew with ${endpoint.host} among its SANs`
          : 'issue it from the CA its callers trust, or give them that CA';
        return findingOf(id, 'fail', instance, {
          endpoint,
          identity,
          message,
          remediation,
          evidence: { code: peerProblem, names },
        });
      }),
};
