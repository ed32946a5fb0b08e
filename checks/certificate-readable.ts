import type { Certificate } from '../credentials/certificate.js';
import type { Check } from './check.js';
import type { Finding } from './finding.js';
import { findingOf } from './finding-of.js';
import { type Subject, subjectsOf } from './subjects.js';

const id = 'certificate-readable';

export const certificateReadable: Check = {
  id,
  title: 'Certificate, key and CA files can be read',
  severity: 'fail',
  description:
    'Each file named by a local component, and by the agent itself, is a regular file of PEM text with what belongs in it. A file that is missing, empty, cut short, encrypted or not PEM stops the component at its next start, and some of them sooner.',
  remediation: 'What the finding says for its file; most often the path, the mode, or a copy that was interrupted.',
  results: {
    fail: 'a file is missing, unreadable, empty, cut short, encrypted, not PEM, or holds something else',
    warn: 'a certificate has fields that cannot be decoded',
  },
  run: (evidence) =>
    subjectsOf(evidence).flatMap(({ who, facts }) => {
      const findings = [
        ...facts.errors.map(({ message, hint, code, file }) =>
          findingOf(id, 'fail', who, { message, remediation: hint, evidence: { reason: code, file } }),
        ),
        ...malformed(who, facts.chain, facts.paths.cert),
        ...malformed(who, facts.ca, facts.paths.ca),
      ];
      return findings.length === 0
        ? [findingOf(id, 'pass', who, { message: 'all credential files can be read' })]
        : findings;
    }),
};

/** OpenSSL reads such a certificate without these fields; Go's parser rejects most of them. */
function malformed(who: Subject['who'], chain: readonly Certificate[] = [], file = ''): readonly Finding[] {
  const unreadable = [...new Set(chain.flatMap((certificate) => certificate.unreadable))];
  return unreadable.length === 0
    ? []
    : [
        findingOf(id, 'warn', who, {
          message: `${file}: fields of a certificate cannot be decoded: ${unreadable.join(', ')}`,
          remediation: 'issue the certificate again: what issued it wrote a malformed one',
          evidence: { reason: 'malformed', file, fields: unreadable },
        }),
      ];
}
