import type { Cause } from './cause.js';

/** A private key that others can read. */
export const keyExposed: Cause = {
  name: 'key-exposed',
  title: 'A private key is readable by others',
  severity: 'hygiene',
  description:
    'A key file is world-readable, or a CA file, which goes to every client, holds a private key. PD does not start with a key in its CA file.',
  find: ({ of }) =>
    of('key-file-mode').map((finding) => ({
      place: { component: 'cluster' as const },
      about: String(finding.evidence.file ?? 'mode'),
      summary: finding.message,
      fixes: [finding.remediation],
      shownBy: [finding],
    })),
};
