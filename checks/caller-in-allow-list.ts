import { countedName, isCallerAccepted, namesEnforced, type ShownNames } from '../cluster/access/expectation.js';
import type { CallerName } from '../cluster/components/profile.js';
import { formatOrigin } from '../cluster/documents/origin.js';
import type { Endpoint, Instance } from '../cluster/inventory/inventory.js';
import { knownNames, remediationOfList } from './allow-list.js';
import type { Check } from './check.js';
import { type Finding, findingOf } from './finding.js';

const id = 'caller-in-allow-list';

export const callerInAllowList: Check = {
  id,
  title: 'Each known caller is in the allow-lists of the ports that it calls',
  severity: 'fail',
  description:
    "Compares the Common Name in each local component's certificate, and of each `[[client]]`, with the allow-list of every port that the caller needs, as that port compares names. The check needs no connection, so it reports a missing name before a restart enforces the allow-list.",
  remediation: 'Add the Common Name to the allow-list, and restart the component that has it.',
  statuses: {
    fail: 'the allow-list lacks a caller that needs the port',
    unknown: 'the result depends on the release, and the release is unknown',
  },
  run: (evidence) => {
    const names = knownNames(evidence);
    return evidence.inventory.instances.flatMap((callee) => {
      const ownName = names.get(callee.component)?.[0]?.leaf.at(-1);
      return callee.endpoints
        .filter((endpoint) => namesEnforced(endpoint, callee))
        .flatMap((endpoint) =>
          endpoint.profile.calledBy
            .filter((caller) => caller !== 'agent')
            .flatMap((caller) =>
              (names.get(caller) ?? []).map((shown) => evaluate(callee, endpoint, caller, shown, ownName)),
            ),
        );
    });
  },
};

function evaluate(
  callee: Instance,
  endpoint: Endpoint,
  caller: CallerName,
  shown: ShownNames,
  ownName: string | undefined,
): Finding {
  const names = shown.leaf.join(', ') || 'none';
  const parts = { endpoint, identity: caller };
  const result = isCallerAccepted(endpoint, callee, shown, ownName);
  if (result === 'accepted') {
    return findingOf(id, 'pass', callee, { ...parts, message: `the allow-list accepts ${names}` });
  }
  if (result === 'undecided') {
    const alternatives = callee.security.allowedAlternativeNames;
    const message =
      alternatives === undefined
        ? `inconclusive: no entry equals ${names}; one is a part of it. Releases reject this, builds since July 2026 accept it`
        : `inconclusive: builds of 2026 also compare the alternative names of ${caller} with the allow-list at ${formatOrigin(alternatives.origin)}`;
    const remediation = `set the version of ${callee.component}`;
    return findingOf(id, 'unknown', callee, { ...parts, message, remediation });
  }
  const list = typeof endpoint.allowList === 'string' ? undefined : endpoint.allowList;
  return findingOf(id, 'fail', callee, {
    ...parts,
    message:
      shown.leaf.length === 0
        ? `${caller}, which calls this port, presents no Common Name, and the allow-list requires one`
        : `the allow-list lacks ${names}, the Common Name of ${caller}, which calls this port`,
    remediation: remediationOfList(countedName(endpoint, shown.leaf), list?.origin, ` and restart ${callee.component}`),
    evidence: { list: list?.value ?? [] },
  });
}
