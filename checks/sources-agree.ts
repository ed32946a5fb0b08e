import { formatOrigin } from '../cluster/documents/origin.js';
import type { Check } from './check.js';
import { findingOf } from './finding-of.js';

const id = 'sources-agree';

export const sourcesAgree: Check = {
  id,
  title: 'Files, topology, command lines and PD say the same',
  severity: 'fail',
  description:
    'What one source says of a component is held against what the others say: scheme, addresses, allow-lists, and whether it is there at all. A component that is configured but not registered in PD may have been refused; one that PD knows and the topology does not is somebody with a certificate that nobody counts. Where they differ, the agent goes by what was declared, then by the command line, the file, the topology, and PD.',
  remediation: 'What the finding says for its place.',
  results: {
    fail: 'one source says https and another one http for the same port',
    warn: 'addresses or lists differ, or a component is known to one side only',
  },
  run: ({ inventory: { instances, disagreements } }) => [
    ...disagreements.map(({ code, severity, origin, message, remediation }) =>
      findingOf(id, severity === 'note' ? 'pass' : severity, 'agent', {
        message: `${formatOrigin(origin)}: ${message}`,
        remediation,
        evidence: { reason: code },
      }),
    ),
    ...(disagreements.length === 0 && instances.some(({ sources = [] }) => sources.length > 1)
      ? [findingOf(id, 'pass', 'agent', { message: 'all sources say the same' })]
      : []),
  ],
};
