import { countedName, isCallerAccepted, namesEnforced, type ShownNames } from '../cluster/access/expectation.js';
import type { CallerName } from '../cluster/components/profile.js';
import { formatOrigin } from '../cluster/documents/origin.js';
import type { Endpoint, Instance } from '../cluster/inventory/inventory.js';
import type { Check } from './check.js';
import type { Finding } from './finding.js';
import { findingOf } from './finding-of.js';
import { knownNames } from './known-names.js';
import { remediationOfList } from './list-remediation.js';

const id = 'caller-in-allow-list';

export const callerInAllowList: Check = {
  id,
  title: 'Each known caller is in the lists of the ports it calls',
  severity: 'fail',
  description:
    "Compares the Common Name in each local component's certificate, and of each `[[client]]`, with the allow-list of every port that caller needs, as that port compares names. Needs no connection, so it speaks before a restart makes a list count.",
  remediation: 'Add the Common Name to the list and restart the component that holds it.',
  results: { fail: 'the list lacks a caller that needs the port', unknown: 'the release decides, and is not known' },
  run: (evidence) => {
    const names = knownNames(evidence);
    return evidence.inventory.instances.flatMap((callee) => {
      const agent = names.get(callee.component)?.[0]?.leaf.at(-1);
      return callee.endpoints
        .filter((endpoint) => namesEnforced(endpoint, callee))
        .flatMap((endpoint) =>
          endpoint.profile.calledBy
            .filter((caller) => caller !== 'agent')
            .flatMap((caller) =>
              (names.get(caller) ?? []).map((shown) => evaluate(callee, endpoint, caller, shown, agent)),
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
  agent: string | undefined,
): Finding {
  const names = shown.leaf.join(', ') || 'none';
  const parts = { endpoint, identity: caller };
  const result = isCallerAccepted(endpoint, callee, shown, agent);
  if (result === 'accepted') {
    return findingOf(id, 'pass', callee, { ...parts, message: `the list admits ${names}` });
  }
  if (result === 'undecided') {
    const alternatives = callee.security.allowedAlternativeNames;
    const message =
      alternatives === undefined
        ? `not known: the list holds only a part of ${names}, which releases refuse and builds of 2026 let in`
        : `not known: builds of 2026 hold the alternative names of ${caller} against the list at ${formatOrigin(alternatives.origin)}, too`;
    return findingOf(id, 'unknown', callee, {
      ...parts,
      message,
      remediation: `tell the version of ${callee.component}`,
    });
  }
  const list = typeof endpoint.allowList === 'string' ? undefined : endpoint.allowList;
  const where = list === undefined ? '' : ` at ${formatOrigin(list.origin)}`;
  return findingOf(id, 'fail', callee, {
    ...parts,
    message:
      shown.leaf.length === 0
        ? `${caller}, which calls this port, shows no Common Name, and the list asks for one`
        : `the list does not hold ${names}, the Common Name of ${caller}, which calls this port`,
    remediation: remediationOfList(countedName(endpoint, shown.leaf), where, ` and restart ${callee.component}`),
    evidence: { list: list?.value ?? [] },
  });
}
