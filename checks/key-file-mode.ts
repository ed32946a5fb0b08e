import type { Check } from './check.js';
import { findingOf } from './finding-of.js';
import { subjectsOf } from './subjects.js';

const id = 'key-file-mode';
const othersRead = 0o004;

export const keyFileMode: Check = {
  id,
  title: 'Private keys are not readable by everybody',
  severity: 'warn',
  description:
    'TiUP writes every key with mode 0644, so this is one warning for the whole node and never a failure. Keys in a volume of Kubernetes do not count, since only their pods see them.',
  remediation: 'chmod 0640 the key files, owned by the user the components run as.',
  results: { warn: 'a key file is readable by everybody' },
  run: (evidence) => {
    const subjects = subjectsOf(evidence).filter(({ facts }) => facts.keyMode !== undefined);
    const open = subjects.filter(({ facts }) => ((facts.keyMode ?? 0) & othersRead) !== 0);
    const [first] = open.length > 0 ? open : subjects;
    if (first === undefined) {
      return [];
    }
    const keys = [...new Set(open.map(({ facts }) => facts.paths.key ?? ''))];
    return open.length === 0
      ? [findingOf(id, 'pass', first.who, { message: 'no key file is readable by everybody' })]
      : [
          findingOf(id, 'warn', first.who, {
            message: `${keys.length} key ${keys.length === 1 ? 'file is' : 'files are'} readable by everybody on this node`,
            remediation: `chmod 0640 ${keys.join(' ')}`,
            evidence: { keys },
          }),
        ];
  },
};
