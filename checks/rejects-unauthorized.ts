import {
  type ShownNames,
  type UnauthorizedClient,
  unauthorizedClientExpectation,
} from '../cluster/access/expectation.js';
import type { KnownNames } from '../cluster/access/matrix.js';
import type { CallerName } from '../cluster/components/profile.js';
import { formatOrigin } from '../cluster/documents/origin.js';
import type { Endpoint, Instance } from '../cluster/inventory/inventory.js';
import type { IdentityName, Observation } from '../probes/observation.js';
import type { Check, EndpointObservation } from './check.js';
import type { Finding } from './finding.js';
import { findingOf } from './finding-of.js';
import { knownNames } from './known-names.js';

const id = 'rejects-unauthorized';

export const unauthorizedClientsRejected: Check = {
  id,
  title: 'Each port refuses those who have no business there',
  severity: 'fail',
  description:
    "The agent comes to each port as a stranger: in plaintext, without a certificate, with one of a CA nobody knows that carries an allowed name, with an imposter's if one is configured, and with the pairs of this node's components that the port's list does not hold. What the configuration says decides what is expected. A timeout or a port that cannot be reached is no refusal. A port that lets anybody in because no list is set, as the product ships it, is a warning: it is worth knowing, and setting the list mends it. Each stranger can leave a line in the port's log; `negative-interval` under `[probe]` says how often they come.",
  remediation: 'Set the allow-list, or restart the component when its configuration already has it.',
  results: {
    fail: 'somebody is let in whom the configuration refuses, or the port answers in plaintext',
    warn: 'anybody is let in without a certificate because no list is set, or the port is stricter than its file',
    unknown: 'the stranger got no clear answer, or none has come yet',
  },
  run: (evidence) => {
    const names = knownNames(evidence);
    const evaluated = evidence.observations
      .filter(({ endpoint, observation }) => isUnauthorizedClient(endpoint, observation.identity))
      .map((entry) => evaluate(entry, names));
    const pending = evidence.negativeProbesPending.map(({ instance, endpoint }) =>
      findingOf(id, 'unknown', instance, { endpoint, message: 'not known: no stranger has come to it yet' }),
    );
    return [...evaluated, ...pending];
  },
};

/** A component is a stranger on the ports that it does not call. */
export function isUnauthorizedClient({ profile }: Endpoint, identity: IdentityName): boolean {
  if (identity === 'agent') {
    return false;
  }
  const [component = ''] = identity.split('@');
  return !profile.calledBy.some((caller) => caller === component);
}

function evaluate({ instance, endpoint, observation }: EndpointObservation, names: KnownNames): Finding {
  const { identity, outcome, detail } = observation;
  const who = describe(identity, names);
  const agent = names.get(instance.component)?.[0]?.leaf.at(-1);
  const expected = unauthorizedClientExpectation(endpoint, instance, unauthorizedClientOf(identity, names), agent);
  const parts = { endpoint, identity, evidence: { expected, outcome, detail } };
  if (observation.rejection?.side === 'probe' || (outcome !== 'accepted' && outcome !== 'rejected')) {
    return findingOf(id, 'unknown', instance, { ...parts, message: `not known whether ${who} is refused: ${detail}` });
  }
  if (outcome === 'rejected') {
    return expected === 'accepted' && identity !== 'plaintext'
      ? findingOf(id, 'warn', instance, {
          ...parts,
          message: `refuses ${who}, which its configuration would let in: ${detail}`,
          remediation: `what runs is stricter than its file: restart ${instance.component}, or set the list in the file`,
        })
      : findingOf(id, 'pass', instance, { ...parts, message: `refuses ${who}: ${rejectedBy(observation)}` });
  }
  return accepted(instance, endpoint, identity, who, expected, parts);
}

function accepted(
  instance: Instance,
  endpoint: Endpoint,
  identity: IdentityName,
  who: string,
  expected: ReturnType<typeof unauthorizedClientExpectation>,
  parts: Omit<Parameters<typeof findingOf>[3], 'message'>,
): Finding {
  if (identity === 'plaintext') {
    const remediation = 'set the TLS keys, make every URL https, and restart it';
    return findingOf(id, 'fail', instance, {
      ...parts,
      message: 'answers in plaintext: anybody may read and ask',
      remediation,
    });
  }
  if (expected === 'rejected') {
    const remediation = `restart ${instance.component} if its file is right; else mend its list and CA`;
    return findingOf(id, 'fail', instance, {
      ...parts,
      message: `lets in ${who}, whom its configuration refuses`,
      remediation,
    });
  }
  const list = listOf(endpoint, instance);
  return identity === 'no-certificate'
    ? findingOf(id, 'warn', instance, {
        ...parts,
        message: `lets in anybody, without a certificate: ${list}`,
        remediation: `set the allow-list of ${instance.component} to the names of those who call it`,
      })
    : findingOf(id, expected === 'undecided' ? 'unknown' : 'pass', instance, {
        ...parts,
        message: `lets in ${who}: ${list}`,
      });
}

function listOf({ allowList }: Endpoint, { security: { allowedAlternativeNames: alternatives } }: Instance): string {
  if (allowList === 'unknown' && alternatives !== undefined) {
    return `its only list, at ${formatOrigin(alternatives.origin)}, is of alternative names, which most releases pass over`;
  }
  return allowList === 'unknown' ? 'nobody told its allow-list' : 'it has no allow-list';
}

function unauthorizedClientOf(identity: IdentityName, names: KnownNames): UnauthorizedClient {
  switch (identity) {
    case 'plaintext':
    case 'no-certificate':
    case 'foreign-ca':
      return identity;
    default: {
      const [component = ''] = identity.split('@');
      const shown: ShownNames | undefined = names.get(component as CallerName)?.[0];
      // An imposter's name is on no list: that is what makes it one.
      return shown ?? { leaf: ['\u0000'] };
    }
  }
}

function describe(identity: IdentityName, names: KnownNames): string {
  switch (identity) {
    case 'plaintext':
      return 'plaintext';
    case 'no-certificate':
      return 'who has no certificate';
    case 'foreign-ca':
      return 'a certificate of an unknown CA';
    case 'wrong-name':
      return "a certificate of the cluster's CA with another name";
    default: {
      const [component = ''] = identity.split('@');
      const name = names.get(component as CallerName)?.[0]?.leaf.join(', ');
      return `${component}${name === undefined ? '' : ` (${name})`}, which does not call it`;
    }
  }
}

/** `TLS alert 42 (bad_certificate)`, `a close`, `gRPC status 16`, `HTTP 403`. */
function rejectedBy({ rejection, detail }: Observation): string {
  switch (rejection?.by) {
    case 'tls-alert':
      return `TLS alert ${rejection.number} (${rejection.name})`;
    case 'rpc-status':
      return `gRPC status ${rejection.number} (${rejection.name})`;
    case 'http-status':
      return `HTTP ${rejection.number}`;
    case 'close':
      return 'it closes the connection';
    default:
      return detail;
  }
}
