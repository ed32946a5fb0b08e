import { formatOrigin } from '../cluster/documents/origin.js';
import type { Check } from './check.js';
import { findingOf } from './finding.js';

const id = 'configuration';

export const configuration: Check = {
  id,
  title: 'Configuration files can be read and used',
  severity: 'fail',
  description:
    "Reports each problem found in the components' configuration files, with file, line and column. The agent continues with the settings that it could use.",
  remediation: 'Each finding prints its fix.',
  statuses: {
    fail: 'a file cannot be read, or a setting in it cannot be used',
    warn: 'a source reported only a part of its data',
  },
  run: (evidence) =>
    evidence.inventory.problems.flatMap(({ code, severity, origin, message, remediation }) =>
      severity === 'note'
        ? []
        : [
            findingOf(id, severity, 'agent', {
              message: `${formatOrigin(origin)}: ${message}`,
              remediation,
              evidence: { reason: code },
            }),
          ],
    ),
};
