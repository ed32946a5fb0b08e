import { formatOrigin } from '../cluster/documents/origin.js';
import type { Check } from './check.js';
import { findingOf } from './finding-of.js';

export const configuration: Check = {
  id: 'configuration',
  title: 'Configuration files can be read and used',
  severity: 'fail',
  description:
    "Each problem met while reading the components' configuration files, with file, line and column. The agent goes on with what it could use.",
  remediation: 'What the finding says for its place.',
  results: {
    fail: 'a file cannot be read, or something in it cannot be used',
    warn: 'a source told only a part of what it should',
  },
  run: (evidence) =>
    evidence.inventory.problems.flatMap(({ code, severity, origin, message, remediation }) =>
      severity === 'note'
        ? []
        : [
            findingOf('configuration', severity, 'agent', {
              message: `${formatOrigin(origin)}: ${message}`,
              remediation,
              evidence: { reason: code },
            }),
          ],
    ),
};
