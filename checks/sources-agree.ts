import { formatOrigin } from '../cluster/documents/origin.js';
import type { Check } from './check.js';
import { findingOf } from './finding.js';

const id = 'sources-agree';

export const sourcesAgree: Check = {
  id,
  title: 'Files, topology, command lines and PD agree',
  severity: 'fail',
  description:
    'Compares what the sources report of each component: scheme, addresses, allow-lists, certificate files declared for the agent, and whether the component exists. PD may have rejected a component that is configured but not registered. If PD knows a component that is missing from the topology, its certificate is in no inventory. Where sources differ, the agent uses the declaration first, then the command line, the file, the topology, and PD.',
  remediation: 'Each finding prints its fix.',
  statuses: {
    fail: 'one source has https and another one http for the same port',
    warn: 'addresses, allow-lists or certificate files differ, or only one side knows a component',
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
      ? [findingOf(id, 'pass', 'agent', { message: 'all sources agree' })]
      : []),
  ],
};
