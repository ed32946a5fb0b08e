import { profiles } from '../cluster/components/profiles.js';
import { isBefore } from '../cluster/inventory/version.js';
import { authorityText } from '../credentials/authority-name.js';
import type { Certificate } from '../credentials/certificate.js';
import { hostNamesOf } from '../credentials/certificate-text.js';
import { issuersOf } from '../credentials/issuer.js';
import { codeText } from '../credentials/verifiers/code-words.js';
import { anotherCa, caFilesOf } from './another-ca.js';
import { reasonOf } from './causes/reasons.js';
import {
  type Check,
  credentialKey,
  type EndpointObservation,
  type EndpointServerHandshake,
  type Evidence,
} from './check.js';
import { type Finding, findingOf } from './finding.js';
import { reloadRuleOf } from './reload-deadline.js';
import { reloadRemediations } from './served-matches-file.js';

const id = 'server-verifies';

export const serverVerifies: Check = {
  id,
  title: "Each port's certificate verifies and covers its address",
  severity: 'fail',
  description:
    "Verifies what the port serves as a caller does: the chain by the caller's implementation of TLS under the caller's CA, and the host that was dialled against the SANs. A port that answers gRPC has to negotiate h2 by ALPN, too: gRPC C-core and grpc-go take no other connection. TiDB's status port has to offer it where there is a TiFlash, which calls it by gRPC; a handshake shows that, since a gRPC call could end TiDB.",
  remediation: "Issue the component's certificate from the CA that its callers trust, with the host that they dial.",
  statuses: {
    fail: 'the certificate served does not verify, or does not cover the host that was dialled, or a gRPC port negotiates no h2',
  },
  run: (evidence) => [
    ...evidence.observations
      .filter(({ observation }) => observation.identity === 'agent' && observation.peerChain.length > 0)
      .flatMap((one) => [verification(one, evidence), ...withoutAlpn(one)]),
    ...evidence.serverHandshakes.flatMap((one) => withoutAlpnForSome(one, evidence.inventory)),
  ],
};

function verification({ instance, endpoint, observation }: EndpointObservation, evidence: Evidence): Finding {
  const { peerProblem, peerChain, identity } = observation;
  if (peerProblem === undefined) {
    return findingOf(id, 'pass', instance, { endpoint, identity, message: 'the certificate served verifies' });
  }
  const [leaf] = peerChain;
  const names = leaf === undefined ? [] : hostNamesOf(leaf);
  const parts = { endpoint, identity, evidence: { code: peerProblem, names } };
  if (peerProblem === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return findingOf(id, 'fail', instance, {
      ...parts,
      message: `the certificate served does not cover ${endpoint.host}; its SANs are ${names.join(', ') || 'empty'}`,
      remediation:
        reloadOf({ instance, endpoint, observation }, evidence) ??
        `issue the certificate again with ${endpoint.host} among its SANs`,
    });
  }
  const { paths, ca: certificates = [] } = evidence.agent ?? {};
  const another = anotherCa(peerChain, { path: paths?.ca ?? "the agent's CA file", certificates }, caFilesOf(evidence));
  const expired = expiredIn(peerChain, certificates, evidence.now);
  const what = expired === undefined ? '' : `; ${expired} in its chain has expired`;
  return findingOf(id, 'fail', instance, {
    ...parts,
    message: `the certificate served does not verify under the agent's CA (${codeText(peerProblem)}); its issuer is ${leaf?.issuer ?? ''}${another?.message ?? ''}${what}`,
    remediation:
      (expired && `renew ${expired}`) ??
      reloadOf({ instance, endpoint, observation }, evidence) ??
      another?.remediation ??
      reasonOf(peerProblem)?.fix ??
      'issue the certificate from the CA that its callers trust, or give them the CA that issued it',
    evidence: { ...parts.evidence, ...another?.evidence },
  });
}

/** Where the file on disk holds another certificate, nothing has to be issued: the port has to load it. */
function reloadOf({ instance, endpoint, observation }: EndpointObservation, evidence: Evidence): string | undefined {
  const onDisk = evidence.credentials.get(credentialKey(instance))?.chain?.[0];
  const [served] = observation.peerChain;
  return onDisk === undefined || served === undefined || onDisk.fingerprint === served.fingerprint
    ? undefined
    : `the file holds another certificate than the port serves: ${reloadRemediations[reloadRuleOf(endpoint, instance)]}`;
}

/** The expired certificate above the leaf in the chain that a port served, completed by a CA file. */
function expiredIn(
  [leaf, ...above]: readonly Certificate[],
  ca: readonly Certificate[],
  now: Date,
): string | undefined {
  const chain = leaf === undefined ? [] : issuersOf(leaf, [...above, ...ca]);
  const expired = chain.find(({ notAfter }) => notAfter <= now);
  return expired && authorityText(expired);
}

const missingAlpn = 'end the connection with "Cannot check peer: missing selected ALPN property"';
const remediationOfAlpn = 'let what terminates TLS there offer h2 by ALPN; it is no port of the component itself';

/** TLS works, and yet no gRPC client of these two takes the connection. */
function withoutAlpn({ instance, endpoint, observation }: EndpointObservation): readonly Finding[] {
  const { protocol, tlsVersion, alpn, outcome, identity } = observation;
  return protocol !== 'grpc' || tlsVersion === undefined || alpn === 'h2' || outcome !== 'accepted'
    ? []
    : [
        findingOf(id, 'fail', instance, {
          endpoint,
          identity,
          message: `negotiates no ALPN protocol h2: gRPC C-core (TiKV, TiFlash) and grpc-go since 1.67 ${missingAlpn}`,
          remediation: remediationOfAlpn,
          evidence: { alpn: alpn ?? '' },
        }),
      ];
}

/** TiDB's status port is HTTP to most, and gRPC to TiFlash. Only the handshake shows it: a call could end the process. */
function withoutAlpnForSome(
  { instance, endpoint, serverHandshake: { alpn } }: EndpointServerHandshake,
  { instances }: Evidence['inventory'],
): readonly Finding[] {
  const { names = [], since = '' } = endpoint.profile.grpcCallers ?? {};
  const old = isBefore(instance.version, since) === true;
  const callers = names.filter((name) => !old && instances.some((one) => one.component === name));
  const titles = callers.map((name) => profiles[name].title).join(', ');
  return callers.length === 0 || old || alpn === undefined || alpn === 'h2'
    ? []
    : [
        findingOf(id, 'fail', instance, {
          endpoint,
          message: `negotiates no ALPN protocol h2, and ${titles} calls it by gRPC, whose clients ${missingAlpn}`,
          remediation: remediationOfAlpn,
          evidence: { alpn },
        }),
      ];
}
