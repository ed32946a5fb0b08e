import { profiles } from '../cluster/components/profiles.js';
import { remediationOfList } from './allow-list.js';
import { type Check, credentialKey } from './check.js';
import { findingOf } from './finding.js';

const id = 'own-name-in-list';

export const ownNameInList: Check = {
  id,
  title: "PD's allow-list contains PD's Common Name",
  severity: 'fail',
  description:
    'PD applies its allow-list as server and as client, and connects to itself. A PD whose Common Name is missing from cert-allowed-cn exits a few seconds after its start.',
  remediation: "Add PD's Common Name to cert-allowed-cn before the next restart.",
  statuses: { fail: "PD's allow-list lacks PD's Common Name" },
  run: (evidence) =>
    evidence.inventory.instances.flatMap((instance) => {
      const list = instance.security.allowedCommonNames;
      const leaf = evidence.credentials.get(credentialKey(instance))?.chain?.[0];
      if (!profiles[instance.component].needsOwnCommonName || list === undefined || leaf === undefined) {
        return [];
      }
      const name = leaf.commonNames.at(-1) ?? '';
      if (list.value.includes(name)) {
        return [findingOf(id, 'pass', instance, { message: `its allow-list contains its Common Name, ${name}` })];
      }
      const message = `its allow-list lacks its Common Name ${name || '(none)'}: it will exit at its next start`;
      return [
        findingOf(id, 'fail', instance, {
          message,
          remediation: remediationOfList(name, list.origin),
          evidence: { list: list.value },
        }),
      ];
    }),
};
