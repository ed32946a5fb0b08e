import type { Check } from './check.js';
import { findingOf } from './finding.js';

const id = 'server-verifies';

export const serverVerifies: Check = {
  id,
  title: "Each port's certificate verifies and covers its address",
  severity: 'fail',
  description:
    "Verifies what the port serves as a caller does: the chain under the caller's CA, and the host that was dialled against the SANs.",
  remediation: "Issue the component's certificate from the CA that its callers trust, with the host that they dial.",
  statuses: { fail: 'the certificate served does not verify, or does not cover the host that was dialled' },
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
          ? `the certificate served does not cover ${endpoint.host}; its SANs are ${names.join(', ') || 'empty'}`
          : `the certificate served does not verify under the agent's CA (${peerProblem}); its issuer is ${leaf?.issuer ?? ''}`;
        const remediation = isName
          ? `issue the certificate again with ${endpoint.host} among its SANs`
          : 'issue the certificate from the CA that its callers trust, or give them the CA that issued it';
        return findingOf(id, 'fail', instance, {
          endpoint,
          identity,
          message,
          remediation,
          evidence: { code: peerProblem, names },
        });
      }),
};
