import { formatOrigin, positionOf } from '../cluster/documents/origin.js';
import type { Check } from './check.js';
import { findingOf } from './finding.js';

const id = 'configuration';

/** Lint rules with a check of their own, which also knows flags and certificates: tls-configured, own-name-in-list, survives-restart. */
const withOwnCheck: readonly string[] = ['incomplete-tls', 'own-name-missing', 'list-too-long'];

export const configuration: Check = {
  id,
  title: 'Configuration files can be read and used',
  severity: 'fail',
  description:
    "Reports each problem found in the components' configuration files, with file, line and column: what cannot be read, and what the [rules of lint](lint.md) report, such as a misspelt allow-list, one with an empty entry, or one too short to be enforced. The agent continues with the settings that it could use.",
  remediation: 'Each finding prints its fix.',
  statuses: {
    fail: 'a file cannot be read, a setting in it cannot be used, or a lint rule reports an error',
    warn: 'a source reported only a part of its data, or a lint rule reports a warning',
  },
  run: (evidence) =>
    evidence.inventory.problems.flatMap(({ code, severity, origin, message, remediation }) =>
      severity === 'note' || withOwnCheck.includes(code)
        ? []
        : [
            findingOf(id, severity, 'agent', {
              message: `${formatOrigin(origin)}: ${message}`,
              remediation,
              evidence: { reason: code, ...positionOf(origin) },
            }),
          ],
    ),
};
