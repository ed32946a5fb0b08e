import { callersOf, isCallerAdmitted, namesEnforced } from '../cluster/expectation.js';
import { formatOrigin } from '../cluster/origin.js';
import type { ComponentName } from '../cluster/profile.js';
import { type Check, credentialKey, type Evidence } from './check.js';
import type { Finding } from './finding.js';
import { findingOf } from './finding-of.js';

const id = 'caller-in-allow-list';

export const callerInAllowList: Check = {
  id,
  title: 'Each caller on this node is in the lists of the ports it calls',
  severity: 'fail',
  description:
    "Compares the Common Name in each local component's certificate with the allow-list of every port that component calls, as that port compares names. Needs no connection, so it speaks before a restart makes a list count.",
  cure: 'Add the Common Name to the list and restart the component that holds it.',
  run: (evidence) =>
    evidence.inventory.instances.flatMap((callee) =>
      callee.endpoints
        .filter((endpoint) => namesEnforced(endpoint, callee))
        .flatMap((endpoint) =>
          callersOf(endpoint).flatMap((component) =>
            localCallers(evidence, component).map((caller) => judge(callee, endpoint, caller)),
          ),
        ),
    ),
};

type Callee = Evidence['inventory']['instances'][number];

interface Caller {
  readonly component: ComponentName;
  readonly commonNames: readonly string[];
}

/** Each Common Name that processes of a component on this node have; several processes often share one. */
function localCallers(evidence: Evidence, component: ComponentName): readonly Caller[] {
  const callers = new Map<string, Caller>();
  for (const instance of evidence.inventory.instances) {
    const leaf = evidence.credentials.get(credentialKey(instance))?.chain?.[0];
    if (instance.component === component && leaf !== undefined) {
      callers.set(leaf.commonNames.join('\n'), { component, commonNames: leaf.commonNames });
    }
  }
  return [...callers.values()];
}

function judge(callee: Callee, endpoint: Callee['endpoints'][number], caller: Caller): Finding {
  const name = caller.commonNames.join(', ') || 'none';
  const parts = { endpoint, identity: caller.component };
  if (isCallerAdmitted(endpoint, callee, caller.commonNames) === 'admitted') {
    return findingOf(id, 'pass', callee, { ...parts, message: `the list holds ${name}` });
  }
  const list = callee.security.allowedCommonNames;
  const message = `the list does not hold ${name}, the Common Name of ${caller.component}, which calls this port`;
  const where = list === undefined ? '' : ` at ${formatOrigin(list.origin)}`;
  return findingOf(id, 'fail', callee, {
    ...parts,
    message,
    cure: `add "${name}" to the list${where} and restart ${callee.component}`,
    evidence: { list: list?.value ?? [] },
  });
}
