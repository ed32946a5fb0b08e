import { clientCertificateAsked } from '../cluster/access/expectation.js';
import { authorityInFull, authorityText } from '../credentials/authority-name.js';
import type { CredentialFacts } from '../credentials/facts.js';
import { issuersOf } from '../credentials/issuer.js';
import { codeText } from '../credentials/verifiers/code-words.js';
import type { Role } from '../credentials/verifiers/verifier.js';
import { anotherCa, caFilesOf } from './another-ca.js';
import type { Check, Evidence } from './check.js';
import { type CredentialsInUse, credentialsInUse } from './credentials-in-use.js';
import { type Finding, findingOf } from './finding.js';
import { inTheirWords, resultsOf, verifiersOf } from './verifier-words.js';

const id = 'verifies-under-ca';

export const verifiesUnderCa: Check = {
  id,
  title: 'The certificate verifies under its CA file, in the roles that it is used in',
  severity: 'fail',
  description:
    "The certificate on disk is verified against the CA file on disk by each TLS implementation that meets it: Go's crypto/x509 and crypto/tls for TiDB, PD, TiCDC and TiProxy, gRPC C-core for TiKV and TiFlash, OpenSSL for the ports of TiKV and TiFlash that use it. It is verified once in each role, because TiDB components use one certificate for both. The agent's certificate is a client's. Of TiProxy's two certificates one is a server's and the other a client's. The message quotes who rejects it. Go and gRPC C-core accept a CA file that holds only an intermediate. OpenSSL rejects it, which is a warning where such a port requests certificates. All CAs of TiUP have one name: where the CA file holds another CA of the issuer's name, the message has the fingerprint, key identifier and serial number of both, and says whose files hold them.",
  remediation:
    'Install a certificate of this CA with the usages that it needs, or a CA file that holds the issuers up to the root.',
  statuses: {
    fail: 'a component that meets the certificate in that role rejects it',
    warn: 'only a port that uses OpenSSL rejects the certificate, or its subject is the one of its CA',
    unknown: 'a verifier gave no result',
  },
  run: (evidence) =>
    credentialsInUse(evidence).flatMap((one) => [
      ...(['client', 'server'] as const)
        .filter((role) => one.roles.includes(role))
        .flatMap((role) => inRole(one, role, evidence)),
      ...underOpenssl(one),
      ...namedAsItsCa(one, evidence),
    ]),
};

function inRole({ owner, facts }: CredentialsInUse, role: Role, evidence: Evidence): readonly Finding[] {
  const meeting = { owner, instances: evidence.inventory.instances };
  const { cert = '', ca = '' } = facts.paths;
  const { accepted, rejected, inconclusive } = resultsOf(facts.results, role);
  const [first] = rejected;
  if (first !== undefined) {
    const others = accepted.map((result) => verifiersOf(meeting, result));
    const but = others.length === 0 ? '' : ` (${others.join(', ')} accepts it)`;
    const verifiers = rejected.map(({ verifier }) => verifier);
    const { chain = [], ca: certificates = [] } = facts;
    const another = anotherCa(chain, { path: ca, certificates }, caFilesOf(evidence));
    return [
      findingOf(id, 'fail', owner, {
        message: `${cert} does not verify as ${role} under ${ca}: ${inTheirWords(meeting, rejected)}${but}${another?.message ?? ''}`,
        remediation: remediationOf(facts, evidence.now),
        evidence: { role, code: first.code ?? '', step: first.step ?? '', verifiers, cert, ca, ...another?.evidence },
      }),
    ];
  }
  if (inconclusive.length > 0) {
    const message = `unknown whether ${cert} verifies as ${role}: ${inTheirWords(meeting, inconclusive)}`;
    return [findingOf(id, 'unknown', owner, { message, remediation: 'report this as a defect of the agent' })];
  }
  const verifiers = accepted.map(({ verifier }) => verifier);
  return accepted.length === 0
    ? []
    : [findingOf(id, 'pass', owner, { message: `${cert} verifies as ${role}`, evidence: { role, verifiers } })];
}

/** Another issuer makes no certificate valid that is outside its time. */
function remediationOf({ chain, ca }: CredentialFacts, now: Date): string {
  const [leaf, ...above] = chain ?? [];
  if (leaf !== undefined && leaf.notAfter <= now) {
    return 'it has expired: renew it';
  }
  if (leaf !== undefined && leaf.notBefore > now) {
    return `it is not valid before ${leaf.notBefore.toISOString()}: correct the clock, or issue it again`;
  }
  const issuers = leaf === undefined ? [] : issuersOf(leaf, [...above, ...(ca ?? [])]);
  const expired = issuers.find(({ notAfter }) => notAfter <= now);
  return expired !== undefined
    ? `${authorityText(expired)} in its chain has expired: renew it`
    : 'issue the certificate again from this CA, or add its issuer to the CA file';
}

/** OpenSSL takes a leaf that has the subject of its issuer for self-signed, unless the key identifiers differ. */
function namedAsItsCa({ owner, facts }: CredentialsInUse, { inventory }: Evidence): readonly Finding[] {
  const { chain: [leaf, ...above] = [], ca = [], paths } = facts;
  const issuer = leaf === undefined ? undefined : issuersOf(leaf, [...above, ...ca])[0];
  if (leaf === undefined || issuer === undefined || issuer.subjectDer !== leaf.subjectDer) {
    return [];
  }
  const meeting = { owner, instances: inventory.instances };
  const rejecting = facts.results.filter(({ trusted }) => trusted === false);
  const words = [...new Set(rejecting.map((one) => inTheirWords(meeting, [one])))].join('; ');
  const said = words === '' ? 'OpenSSL and gRPC C-core distinguish the two by key identifiers alone' : words;
  return [
    findingOf(id, 'warn', owner, {
      message: `${paths.cert} has the subject of its CA, ${authorityText(issuer)}: ${said}`,
      remediation: 'issue the certificate again with a subject of its own',
      evidence: { subject: leaf.subject, caSigner: authorityInFull(issuer), cert: paths.cert ?? '' },
    }),
  ];
}

/** The owner's port that verifies clients by OpenSSL takes no chain that ends at an intermediate. */
function underOpenssl({ owner, facts }: CredentialsInUse): readonly Finding[] {
  const result = facts.results.find(({ verifier, trusted }) => verifier === 'openssl' && trusted === false);
  if (owner === 'agent' || result === undefined || resultsOf(facts.results, 'client').accepted.length === 0) {
    return [];
  }
  const port = owner.endpoints.find(
    (endpoint) => endpoint.profile.callers.verifier === 'openssl' && clientCertificateAsked(endpoint, owner),
  );
  const { cert = '', ca = '' } = facts.paths;
  return port === undefined
    ? []
    : [
        findingOf(id, 'warn', owner, {
          endpoint: port,
          message: `the ${port.profile.title} rejects ${cert} as client under ${ca} (OpenSSL: ${codeText(result.message ?? '')})`,
          remediation: `add the issuers up to the root to ${ca}`,
          evidence: { role: 'client', code: result.code ?? '', ca },
        }),
      ];
}
