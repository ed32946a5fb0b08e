import type { Endpoint } from '../cluster/inventory/inventory.js';
import type { Certificate } from '../credentials/certificate.js';
import type { Check, EndpointObservation } from './check.js';
import type { Finding } from './finding.js';
import { findingOf } from './finding-of.js';
import { type Subject, subjectsOf } from './subjects.js';
import { urgencyOf } from './thresholds.js';
import { spanInWords } from './words.js';

const id = 'certificate-validity';

export const certificateValidity: Check = {
  id,
  title: 'Certificates are valid now and for long enough',
  severity: 'fail',
  description:
    'Looks at the whole chain and the CA on disk, and at what each port serves, also where the probe was then refused. Warns below 14 days or a fifth of the lifetime, whichever is later; fails below 7 days or a tenth, and of course after the end and before the beginning.',
  remediation: 'Renew the certificate; if the file is new already, see served-matches-file.',
  results: {
    fail: 'a certificate has ended, has not begun, or less than 7 days and less than a tenth of its lifetime are left',
    warn: 'less than 14 days and less than a fifth of its lifetime are left',
  },
  run: (evidence) => [
    ...subjectsOf(evidence).flatMap((subject) => ofFiles(subject, evidence.now)),
    ...latestChains(evidence.observations).flatMap((one) => ofServed(one, evidence.now)),
  ],
};

function ofFiles({ who, facts }: Subject, now: Date): readonly Finding[] {
  const worst = [
    ...(facts.chain ?? []).map((certificate, index) => ({
      certificate,
      place: `${facts.paths.cert}${index === 0 ? '' : ` (certificate ${index + 1})`}`,
    })),
    ...(facts.ca ?? []).map((certificate) => ({ certificate, place: `${facts.paths.ca}` })),
  ].map(({ certificate, place }) => evaluate(certificate, place, now, who));
  const bad = worst.filter(({ status }) => status !== 'pass');
  return bad.length > 0 ? bad : worst.slice(0, 1);
}

function ofServed({ instance, endpoint, observation }: EndpointObservation, now: Date): readonly Finding[] {
  const [leaf] = observation.peerChain;
  return leaf === undefined ? [] : [evaluate(leaf, 'the certificate served', now, instance, endpoint)];
}

function evaluate(
  certificate: Certificate,
  place: string,
  now: Date,
  who: Subject['who'],
  endpoint?: Endpoint,
): Finding {
  const { notAfter, notBefore, fingerprint, subject } = certificate;
  const left = notAfter.getTime() - now.getTime();
  const evidence = { subject, fingerprint, notBefore: notBefore.toISOString(), notAfter: notAfter.toISOString() };
  const parts = { evidence, remediation: 'renew it', ...(endpoint === undefined ? {} : { endpoint }) };
  switch (urgencyOf(certificate, now)) {
    case 'expired':
      return findingOf(id, 'fail', who, {
        ...parts,
        message: `${place} ended ${spanInWords(left)} ago, ${notAfter.toISOString()}`,
      });
    case 'not-yet-valid': {
      const message = `${place} is not valid before ${notBefore.toISOString()}`;
      return findingOf(id, 'fail', who, {
        ...parts,
        message,
        remediation: 'check the clocks of this node and of the CA',
      });
    }
    case 'emergency':
    case 'critical':
      return findingOf(id, 'fail', who, {
        ...parts,
        message: `${place} ends in ${spanInWords(left)}, ${notAfter.toISOString()}`,
      });
    case 'warning':
      return findingOf(id, 'warn', who, {
        ...parts,
        message: `${place} ends in ${spanInWords(left)}, ${notAfter.toISOString()}`,
      });
    case 'fine':
      return findingOf(id, 'pass', who, { ...parts, message: `${place} ends in ${spanInWords(left)}` });
  }
}

/** The newest observation of each port that saw a chain. */
export function latestChains(observations: readonly EndpointObservation[]): readonly EndpointObservation[] {
  const latest = new Map<string, EndpointObservation>();
  for (const one of observations) {
    const key = `${one.instance.component}/${one.instance.name}/${one.endpoint.name}`;
    const known = latest.get(key);
    if (one.observation.peerChain.length > 0 && (known === undefined || known.observation.at < one.observation.at)) {
      latest.set(key, one);
    }
  }
  return [...latest.values()];
}
