import { callersOf, isCallerAdmitted, namesEnforced, type ShownNames } from '../cluster/expectation.js';
import type { Endpoint, Instance } from '../cluster/inventory.js';
import { formatOrigin } from '../cluster/origin.js';
import type { CallerName, ComponentName } from '../cluster/profile.js';
import { type Check, credentialKey, type Evidence } from './check.js';
import type { Finding } from './finding.js';
import { findingOf } from './finding-of.js';

const id = 'caller-in-allow-list';

export const callerInAllowList: Check = {
  id,
  title: 'Each known caller is in the lists of the ports it calls',
  severity: 'fail',
  description:
    "Compares the Common Name in each local component's certificate, and of each `[[client]]`, with the allow-list of every port that caller needs, as that port compares names. Needs no connection, so it speaks before a restart makes a list count.",
  cure: 'Add the Common Name to the list and restart the component that holds it.',
  run: (evidence) =>
    evidence.inventory.instances.flatMap((callee) =>
      callee.endpoints
        .filter((endpoint) => namesEnforced(endpoint, callee))
        .flatMap((endpoint) =>
          callersFor(evidence, endpoint).map((caller) => judge(callee, endpoint, caller, ownNameOf(evidence, callee))),
        ),
    ),
};

interface Caller {
  readonly name: CallerName;
  readonly shown: ShownNames;
}

function callersFor(evidence: Evidence, endpoint: Endpoint): readonly Caller[] {
  const components = callersOf(endpoint).flatMap((component) => localCallers(evidence, component));
  const clients = evidence.inventory.clients.flatMap(({ name, commonName }) =>
    commonName !== undefined && endpoint.profile.calledBy.includes(name)
      ? [{ name, shown: { leaf: [commonName] } }]
      : [],
  );
  return [...components, ...clients];
}

/** Each Common Name that processes of a component on this node have; several processes often share one. */
function localCallers(evidence: Evidence, component: ComponentName): readonly Caller[] {
  const callers = new Map<string, Caller>();
  for (const instance of evidence.inventory.instances) {
    const facts = evidence.credentials.get(credentialKey(instance));
    const [leaf, ...above] = facts?.chain ?? [];
    if (instance.component === component && leaf !== undefined && instance.security.callsWith === undefined) {
      const chain = [...above, ...(facts?.ca ?? [])].flatMap(({ commonNames }) => commonNames);
      callers.set(leaf.commonNames.join('\n'), { name: component, shown: { leaf: leaf.commonNames, chain } });
    }
  }
  return [...callers.values()];
}

function ownNameOf(evidence: Evidence, callee: Instance): string | undefined {
  return evidence.credentials.get(credentialKey(callee))?.chain?.[0]?.commonNames.at(-1);
}

function judge(callee: Instance, endpoint: Endpoint, { name, shown }: Caller, own: string | undefined): Finding {
  const names = shown.leaf.join(', ') || 'none';
  const parts = { endpoint, identity: name };
  const verdict = isCallerAdmitted(endpoint, callee, shown, own);
  if (verdict === 'admitted') {
    return findingOf(id, 'pass', callee, { ...parts, message: `the list admits ${names}` });
  }
  if (verdict === 'undecided') {
    const message = `not known: the list holds only a part of ${names}, which releases refuse and builds of 2026 let in`;
    return findingOf(id, 'skip', callee, { ...parts, message, cure: `tell the version of ${callee.component}` });
  }
  const list = typeof endpoint.allowList === 'string' ? undefined : endpoint.allowList;
  const where = list === undefined ? '' : ` at ${formatOrigin(list.origin)}`;
  return findingOf(id, 'fail', callee, {
    ...parts,
    message: `the list does not hold ${names}, the Common Name of ${name}, which calls this port`,
    cure: `add "${names}" to the list${where} and restart ${callee.component}`,
    evidence: { list: list?.value ?? [] },
  });
}
