import { profiles } from '../cluster/components/profiles.js';
import { formatOrigin } from '../cluster/documents/origin.js';
import { type Check, credentialKey } from './check.js';
import { findingOf } from './finding-of.js';
import { remediationOfList } from './list-remediation.js';

const id = 'own-name-in-list';

export const ownNameInList: Check = {
  id,
  title: 'PD is in its own list',
  severity: 'fail',
  description:
    'PD uses its list in both directions and dials itself: a PD whose own Common Name is missing from cert-allowed-cn ends a few seconds after its start.',
  remediation: "Add PD's own Common Name to cert-allowed-cn before the next restart.",
  results: { fail: "PD's list lacks PD's own name" },
  run: (evidence) =>
    evidence.inventory.instances.flatMap((instance) => {
      const list = instance.security.allowedCommonNames;
      const leaf = evidence.credentials.get(credentialKey(instance))?.chain?.[0];
      if (!profiles[instance.component].needsOwnCommonName || list === undefined || leaf === undefined) {
        return [];
      }
      const agent = leaf.commonNames.at(-1) ?? '';
      if (list.value.includes(agent)) {
        return [findingOf(id, 'pass', instance, { message: `its list holds its own name, ${agent}` })];
      }
      const message = `its own Common Name ${agent || '(none)'} is not in its own list: it will end at its next start`;
      return [
        findingOf(id, 'fail', instance, {
          message,
          remediation: remediationOfList(agent, ` at ${formatOrigin(list.origin)}`),
          evidence: { list: list.value },
        }),
      ];
    }),
};
