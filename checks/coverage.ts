import type { Check } from './check.js';
import { findingOf } from './finding.js';

const id = 'coverage';

export const coverage: Check = {
  id,
  title: 'The agent asks what it is there to ask',
  severity: 'warn',
  decisive: true,
  description:
    'A result without failures says nothing where nothing was asked. This check tells when no port is known, and when negative probes are off, so that no port was asked whether it rejects unauthorized clients.',
  remediation: 'Name components, or turn negative probes on.',
  statuses: { unknown: 'no port is known, or negative probes are off' },
  run: ({ targets, negativeProbes }) => {
    if (targets.length === 0) {
      return [
        findingOf(id, 'unknown', 'agent', {
          message: 'inconclusive: no port is known, and none was probed',
          remediation: 'name configuration files, --pd, --topology or --instance, or check shard and host',
        }),
      ];
    }
    return negativeProbes === 'on'
      ? []
      : [
          findingOf(id, 'unknown', 'agent', {
            message:
              'inconclusive: negative probes are off, so no port was asked whether it rejects unauthorized clients',
            remediation: 'set negative-interval under [probe], or leave out --no-negative-probes',
          }),
        ];
  },
};
