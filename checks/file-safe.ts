import { profiles } from '../cluster/components/profiles.js';
import { type Check, credentialKey } from './check.js';
import { findingOf } from './finding.js';

const id = 'file-safe';

export const fileSafe: Check = {
  id,
  title: 'No file on disk makes a running component exit',
  severity: 'fail',
  description:
    'TiKV and TiFlash reload their files while they run, and exit where a file is not PEM text. The next connection can trigger that reload, so the agent does not connect to such a port. This finding is the most urgent one.',
  remediation: 'Restore the last valid files at once, before a client connects.',
  statuses: { fail: 'a file of TiKV or TiFlash is not PEM text' },
  run: (evidence) =>
    evidence.inventory.instances.flatMap((instance) => {
      const facts = evidence.credentials.get(credentialKey(instance));
      if (facts === undefined || profiles[instance.component].needsPem !== true) {
        return [];
      }
      const unsafe = facts.errors.filter(({ code }) => code === 'not_pem');
      return unsafe.length === 0
        ? [findingOf(id, 'pass', instance, { message: 'its files are PEM text' })]
        : unsafe.map(({ file }) =>
            findingOf(id, 'fail', instance, {
              message: `${file} is not PEM text: ${instance.component} exits when it reloads the file`,
              remediation: `restore the last valid ${file} at once, and convert the new one to PEM`,
              evidence: { file },
            }),
          );
    }),
};
