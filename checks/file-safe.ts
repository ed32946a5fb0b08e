import { profiles } from '../cluster/components/profiles.js';
import { type Check, credentialKey } from './check.js';
import { findingOf } from './finding-of.js';

const id = 'file-safe';

export const fileSafe: Check = {
  id,
  title: 'No file on disk is one that a running component cannot survive reading',
  severity: 'fail',
  description:
    'TiKV and TiFlash read their files again while they run, and need PEM text in them. A file in another form must not stay where they will read it: the agent makes no connection of its own to such a port, and this is the most urgent of its findings.',
  remediation: 'Put the last good files back at once, before anything connects.',
  results: { fail: 'a file of TiKV or TiFlash is not PEM text' },
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
              message: `${file} is not PEM text: ${instance.component} does not survive reading it`,
              remediation: `put the last good ${file} back at once, and convert the new one to PEM`,
              evidence: { file },
            }),
          );
    }),
};
