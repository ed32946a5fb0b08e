import type { Check } from './check.js';
import { type CredentialsInUse, credentialsInUse } from './credentials-in-use.js';
import { type Finding, findingOf } from './finding.js';

const id = 'key-file-mode';
const othersRead = 0o004;

export const keyFileMode: Check = {
  id,
  title: 'Private keys are not world-readable, and not in a CA file',
  severity: 'warn',
  description:
    'TiUP writes every key with mode 0644, so this check gives one warning for the key files of the whole host and never fails. A certificate file that also holds the key counts as a key file. A key in a CA file is a warning of its own: the file goes to every client, and PD does not start with it. Keys in a Kubernetes volume are ignored, apart from those in a CA file: only their pods can read them.',
  remediation: 'Set mode 0640 on the key files, owned by the user of the components. Remove keys from CA files.',
  statuses: { warn: 'a key file is world-readable, or a CA file holds a private key' },
  run: (evidence) => {
    const all = credentialsInUse(evidence);
    return [...modes(all), ...all.flatMap(keyInCaFile)];
  },
};

function modes(all: readonly CredentialsInUse[]): readonly Finding[] {
  const files = all.flatMap(({ owner, facts: { keyMode, paths, strayKeys } }) =>
    [
      { file: paths.key, mode: keyMode },
      ...strayKeys.flatMap(({ file, mode }) => (file === 'cert' ? [{ file: paths.cert, mode }] : [])),
    ].flatMap(({ file = '', mode }) => (mode === undefined ? [] : [{ owner, file, mode }])),
  );
  const open = files.filter(({ mode }) => (mode & othersRead) !== 0);
  const [first] = open.length > 0 ? open : files;
  if (first === undefined) {
    return [];
  }
  const keys = [...new Set(open.map(({ file }) => file))];
  return open.length === 0
    ? [findingOf(id, 'pass', first.owner, { message: 'no key file is world-readable' })]
    : [
        findingOf(id, 'warn', first.owner, {
          message: `${keys.length} key ${keys.length === 1 ? 'file is' : 'files are'} world-readable on this host`,
          remediation: `chmod 0640 ${keys.join(' ')}`,
          evidence: { keys },
        }),
      ];
}

function keyInCaFile({ owner, facts: { paths, strayKeys } }: CredentialsInUse): readonly Finding[] {
  const file = paths.ca ?? '';
  return strayKeys.some((one) => one.file === 'ca')
    ? [
        findingOf(id, 'warn', owner, {
          message: `${file} is a CA file and holds a private key`,
          remediation: `remove the key from ${file}; if it is the key of the CA, replace the CA`,
          evidence: { file },
        }),
      ]
    : [];
}
