import type { Cause } from './cause.js';
import { grouped } from './scene.js';

/** An expired certificate that no chain uses. */
export const unusedCertificate: Cause = {
  name: 'unused-certificate',
  title: 'An expired certificate lies unused in a file',
  severity: 'hygiene',
  description:
    'An old CA beside its successor, or an expired certificate in a chain that verifies by another path. No call fails with it.',
  find: ({ of }) => {
    const unused = of('certificate-validity').filter(({ evidence }) => evidence.urgency === 'unused');
    return [...grouped(unused, ({ evidence }) => String(evidence.fingerprint))].map(([about, shownBy]) => ({
      place: { component: 'cluster' as const },
      about,
      summary: `the expired ${shownBy[0]?.evidence.subject} is in ${shownBy.length === 1 ? 'a file' : `${shownBy.length} files`}, and no chain uses it`,
      fixes: [...new Set(shownBy.map(({ remediation }) => remediation))],
      shownBy,
    }));
  },
};
