import type { Check } from './check.js';
import { credentialsInUse } from './credentials-in-use.js';
import { findingOf } from './finding.js';

const id = 'key-file-mode';
const othersRead = 0o004;

export const keyFileMode: Check = {
  id,
  title: 'Private keys are not world-readable',
  severity: 'warn',
  description:
    'TiUP writes every key with mode 0644, so this check gives one warning for the whole node and never fails. Keys in a Kubernetes volume are ignored: only their pods can read them.',
  remediation: 'Set mode 0640 on the key files, owned by the user of the components.',
  statuses: { warn: 'a key file is world-readable' },
  run: (evidence) => {
    const withKey = credentialsInUse(evidence).filter(({ facts }) => facts.keyMode !== undefined);
    const open = withKey.filter(({ facts }) => ((facts.keyMode ?? 0) & othersRead) !== 0);
    const [first] = open.length > 0 ? open : withKey;
    if (first === undefined) {
      return [];
    }
    const keys = [...new Set(open.map(({ facts }) => facts.paths.key ?? ''))];
    return open.length === 0
      ? [findingOf(id, 'pass', first.owner, { message: 'no key file is world-readable' })]
      : [
          findingOf(id, 'warn', first.owner, {
            message: `${keys.length} key ${keys.length === 1 ? 'file is' : 'files are'} world-readable on this node`,
            remediation: `chmod 0640 ${keys.join(' ')}`,
            evidence: { keys },
          }),
        ];
  },
};
