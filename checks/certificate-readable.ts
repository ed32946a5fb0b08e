import type { Check } from './check.js';
import { findingOf } from './finding-of.js';
import { subjectsOf } from './subjects.js';

export const certificateReadable: Check = {
  id: 'certificate-readable',
  title: 'Certificate, key and CA files can be read',
  severity: 'fail',
  description:
    'Each file named by a local component, and by the agent itself, is a regular file of PEM text with what belongs in it. A file that is missing, empty, cut short, encrypted or not PEM stops the component at its next start, and some of them sooner.',
  remediation: 'What the finding says for its file; most often the path, the mode, or a copy that was interrupted.',
  results: { fail: 'a file is missing, unreadable, empty, cut short, encrypted, not PEM, or holds something else' },
  run: (evidence) =>
    subjectsOf(evidence).flatMap(({ who, facts }) =>
      facts.errors.length === 0
        ? [findingOf('certificate-readable', 'pass', who, { message: 'all credential files can be read' })]
        : facts.errors.map(({ message, hint, code, file }) =>
            findingOf('certificate-readable', 'fail', who, {
              message,
              remediation: hint,
              evidence: { reason: code, file },
            }),
          ),
    ),
};
