import type { Endpoint } from '../cluster/inventory/inventory.js';
import { authorityName } from '../credentials/authority-name.js';
import type { Certificate } from '../credentials/certificate.js';
import { certificatesInUse } from '../credentials/chain-in-use.js';
import type { Check, EndpointObservation } from './check.js';
import { type CredentialsInUse, credentialsInUse } from './credentials-in-use.js';
import { durationText } from './duration-text.js';
import { type Finding, findingOf } from './finding.js';
import { latestChains } from './latest-chains.js';
import { thresholdText, urgencyOf } from './thresholds.js';

const id = 'certificate-validity';
const warningRule = thresholdText('warning');
const criticalRule = thresholdText('critical');

export const certificateValidity: Check = {
  id,
  title: 'Certificates are valid now and for long enough',
  severity: 'fail',
  description: `Checks the leaf on disk with the intermediates and CAs by which it verifies, and the certificate that each port serves, also where the port then rejected the probe. Warns when ${warningRule}. Fails when ${criticalRule}, and outside the validity period. An expired certificate that no chain uses, such as an old CA beside the new one, is a warning.`,
  remediation: 'Renew the certificate. If the file is renewed already, see served-matches-file.',
  statuses: {
    fail: `a certificate is expired or not yet valid, or ${criticalRule}`,
    warn: `${warningRule}, or an expired certificate lies unused in a file`,
  },
  run: (evidence) => [
    ...credentialsInUse(evidence).flatMap((credentials) => ofFiles(credentials, evidence.now)),
    ...latestChains(evidence.observations).flatMap((one) => ofServed(one, evidence.now)),
  ],
};

function ofFiles({ owner, facts }: CredentialsInUse, now: Date): readonly Finding[] {
  const { chain = [], ca = [], paths } = facts;
  const used = certificatesInUse(facts);
  const inFile = (all: readonly Certificate[], path = '', leaf = false) =>
    all.flatMap((certificate, index) => {
      const where = () => locationOf(all, index, path);
      if (used.has(certificate)) {
        return [
          evaluate(certificate, where(), now, owner, { kind: leaf && index === 0 ? 'leaf' : 'issuer', file: path }),
        ];
      }
      return certificate.notAfter <= now ? [unused(certificate, path, where(), owner)] : [];
    });
  const findings = [...inFile(chain, paths.cert, true), ...inFile(ca, paths.ca)];
  const bad = findings.filter(({ status }) => status !== 'pass');
  return bad.length > 0 ? bad : findings.slice(0, 1);
}

/** `/tls/ca.crt (certificate 2, CN=Cluster CA)`; the path alone of a leaf, and of the only certificate of a file. */
function locationOf(all: readonly Certificate[], index: number, path: string): string {
  const certificate = all[index];
  return certificate === undefined || all.length === 1 || (index === 0 && !certificate.isCertificateAuthority)
    ? path
    : `${path} (certificate ${index + 1}, ${authorityName(certificate, all)})`;
}

/** Go, gRPC C-core and OpenSSL run with it; it only misleads who reads the file. */
function unused(certificate: Certificate, file: string, where: string, owner: CredentialsInUse['owner']): Finding {
  const { subject, fingerprint, serialNumber, notAfter } = certificate;
  return findingOf(id, 'warn', owner, {
    message: `${where} expired (${dateOf(notAfter)}), and no chain uses it`,
    remediation: `remove it from ${file}`,
    evidence: { urgency: 'unused', file, subject, fingerprint, serialNumber, notAfter: notAfter.toISOString() },
  });
}

function ofServed({ instance, endpoint, observation }: EndpointObservation, now: Date): readonly Finding[] {
  const [leaf] = observation.peerChain;
  return leaf === undefined
    ? []
    : [evaluate(leaf, 'the certificate served', now, instance, { kind: 'leaf' }, endpoint)];
}

function evaluate(
  certificate: Certificate,
  where: string,
  now: Date,
  owner: CredentialsInUse['owner'],
  what: { readonly kind: 'leaf' | 'issuer'; readonly file?: string },
  endpoint?: Endpoint,
): Finding {
  const { notAfter, notBefore, fingerprint, serialNumber, subject } = certificate;
  const left = notAfter.getTime() - now.getTime();
  const times = { notBefore: notBefore.toISOString(), notAfter: notAfter.toISOString() };
  const urgency = urgencyOf(certificate, now);
  const evidence = { urgency, ...what, subject, fingerprint, serialNumber, ...times };
  const parts = { evidence, remediation: 'renew it', ...(endpoint === undefined ? {} : { endpoint }) };
  switch (urgency) {
    case 'expired':
      return findingOf(id, 'fail', owner, {
        ...parts,
        message: `${where} expired ${durationText(left)} ago (${dateOf(notAfter)})`,
      });
    case 'not-yet-valid': {
      const message = `${where} is not valid before ${notBefore.toISOString()}`;
      return findingOf(id, 'fail', owner, {
        ...parts,
        message,
        remediation: 'compare the clocks of this host and of the CA',
      });
    }
    case 'emergency':
    case 'critical':
      return findingOf(id, 'fail', owner, {
        ...parts,
        message: `${where} expires in ${durationText(left)} (${dateOf(notAfter)})`,
      });
    case 'warning':
      return findingOf(id, 'warn', owner, {
        ...parts,
        message: `${where} expires in ${durationText(left)} (${dateOf(notAfter)})`,
      });
    case 'fine':
      return findingOf(id, 'pass', owner, { ...parts, message: `${where} expires in ${durationText(left)}` });
  }
}

/** `2026-12-05`; the evidence of the finding has the time. */
function dateOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}
