import { unauthorizedClientExpectation } from '../cluster/access/expectation.js';
import { bearsFailedHandshakes } from '../cluster/access/failed-handshakes.js';
import type { KnownNames } from '../cluster/access/matrix.js';
import { profiles } from '../cluster/components/profiles.js';
import { formatOrigin } from '../cluster/documents/origin.js';
import type { Endpoint, Instance } from '../cluster/inventory/inventory.js';
import { knownNames } from './allow-list.js';
import type { Check, EndpointObservation, Evidence } from './check.js';
import { type Finding, findingOf, type Status } from './finding.js';
import { rejectionText } from './identity.js';
import { isPlaintextCluster } from './plaintext-cluster.js';
import { isUnauthorizedClient, unauthorizedClientOf } from './unauthorized-client.js';

const id = 'rejects-unauthorized';

export const unauthorizedClientsRejected: Check = {
  id,
  title: 'Each port rejects unauthorized clients',
  severity: 'fail',
  decisive: true,
  description:
    "The agent sends these negative probes to each port:\n\n- in plaintext;\n- without a certificate;\n- with a certificate of an unknown CA that carries an allowed name;\n- with a certificate of the cluster's CA and a wrong name, if one is configured;\n- with the certificates of this host's components that the port's allow-list does not contain.\n\nThe configuration decides what is expected. A timeout and an unreachable port are no rejection. A port that accepts every client because no allow-list is set, as the product is shipped, gives a warning; setting the allow-list fixes it. Each negative probe can leave a line in the port's log; `negative-interval` under `[probe]` sets how often they are sent.",
  remediation: 'Set the allow-list, or restart the component if its configuration already has it.',
  statuses: {
    fail: 'the port accepts a client that its configuration rejects, or answers in plaintext',
    warn: 'the port accepts clients without a certificate because no allow-list is set, or is stricter than its file',
    unknown:
      'a negative probe got no conclusive answer, the port rejects the agent in the same way, or it got none yet or gets none',
  },
  run: (evidence) => {
    // Of a cluster without TLS tls-configured gives the one finding.
    if (isPlaintextCluster(evidence)) {
      return [];
    }
    const names = knownNames(evidence);
    const evaluated = evidence.observations
      .filter(({ endpoint, observation }) => isUnauthorizedClient(endpoint, observation.identity))
      .map((entry) => evaluate(entry, names, rejectedAlike(entry, evidence)));
    const pending = evidence.negativeProbesPending.map(({ instance, endpoint }) =>
      findingOf(id, 'unknown', instance, { endpoint, message: 'inconclusive: no negative probe was made yet' }),
    );
    const leftOut = (evidence.negativeProbesLeftOut ?? []).map(({ instance, endpoint }) =>
      findingOf(id, 'unknown', instance, {
        endpoint,
        message: `inconclusive: ${whyLeftOut(instance)}`,
        remediation: '',
      }),
    );
    return [...evaluated, ...pending, ...leftOut];
  },
};

function whyLeftOut(instance: Instance): string {
  const { bearsFailedHandshakesSince: since } = profiles[instance.component];
  return bearsFailedHandshakes(instance) === 'no'
    ? `no negative probe is sent to ${instance.component} before ${since}`
    : 'the port was unreachable after its last negative probes, and its release is unknown: no further ones are sent';
}

/** TLS alerts of a server that fails whoever connects: `internal_error` and `no_application_protocol`. */
const failsEverybody: readonly (number | undefined)[] = [80, 120];

/** Why a rejection says nothing of this client: the port rejects the agent in the same way, or fails every handshake. */
function rejectedAlike({ instance, endpoint, observation }: EndpointObservation, evidence: Evidence) {
  const { identity, rejection } = observation;
  if (identity === 'plaintext' || rejection?.side !== 'peer') {
    return undefined;
  }
  if (rejection.by === 'tls-alert' && failsEverybody.includes(rejection.number)) {
    return 'the server fails every handshake in this way';
  }
  const ofAgent = evidence.observations.find(
    (one) => one.instance === instance && one.endpoint === endpoint && one.observation.identity === 'agent',
  )?.observation;
  const same =
    ofAgent?.rejection?.side === 'peer' &&
    ofAgent.rejection.by === rejection.by &&
    ofAgent.rejection.number === rejection.number;
  return same ? 'the port rejects the agent in the same way' : undefined;
}

function evaluate(
  { instance, endpoint, observation }: EndpointObservation,
  names: KnownNames,
  alike: string | undefined,
): Finding {
  const { identity, outcome, detail, rejection } = observation;
  const { component } = instance;
  const client = unauthorizedClientOf(identity, names);
  const ownName = names.get(component)?.[0]?.leaf.at(-1);
  const expected = unauthorizedClientExpectation(endpoint, instance, client.presents, ownName);
  const finding = (status: Status, message: string, remediation = '') =>
    findingOf(id, status, instance, {
      endpoint,
      identity,
      message,
      remediation,
      evidence: { expected, outcome, detail },
    });
  if (rejection?.side === 'probe' || (outcome !== 'accepted' && outcome !== 'rejected')) {
    return finding('unknown', `inconclusive: ${detail}`);
  }
  if (alike !== undefined) {
    const message = `inconclusive: rejects ${client.text} (${rejectionText(observation)}), but ${alike}`;
    return finding('unknown', message, 'first make the port accept the agent: see endpoint-answers');
  }
  if (outcome === 'rejected') {
    return expected === 'accepted' && identity !== 'plaintext'
      ? finding(
          'warn',
          `rejects ${client.text} (${rejectionText(observation)}), although its configuration ${client.permitted}`,
          beforeRestart(endpoint, instance),
        )
      : finding('pass', `rejects ${client.text}: ${rejectionText(observation)}`);
  }
  if (identity === 'plaintext') {
    return finding(
      'fail',
      'answers in plaintext: connections are neither encrypted nor authenticated',
      'set the TLS paths, make every URL https, and restart it',
    );
  }
  if (expected === 'rejected') {
    return finding(
      'fail',
      `accepts ${client.text}, although its configuration ${client.violated}`,
      `restart ${component} if its file is correct; otherwise correct its allow-list and CA`,
    );
  }
  const reason = whyOpen(endpoint, instance);
  if (identity === 'no-certificate') {
    return finding('warn', `accepts ${client.text}: ${reason}`, `set the allow-list of ${component} to its callers`);
  }
  return expected === 'undecided'
    ? finding('unknown', `inconclusive: accepts ${client.text}; ${reason}`)
    : finding('pass', `accepts ${client.text}: ${reason}`);
}

/** The file on disk protects less than the process, so a restart would open the port. */
function beforeRestart({ profile: { name }, allowList }: Endpoint, { component }: Instance): string {
  const { companion, securityKeys } = profiles[component];
  const keys = companion?.endpoints.includes(name) === true ? companion.securityKeys : securityKeys;
  return typeof allowList === 'string'
    ? `the running process enforces an allow-list that its file does not contain: do not restart ${component}; set ${keys.allowedCommonNames} in the file first`
    : `the running process enforces another allow-list than its file: do not restart ${component}; correct the allow-list at ${formatOrigin(allowList.origin)} first`;
}

function whyOpen({ allowList }: Endpoint, { security: { allowedAlternativeNames: alternatives } }: Instance): string {
  if (allowList === 'unknown' && alternatives !== undefined) {
    return `its only allow-list, at ${formatOrigin(alternatives.origin)}, is of alternative names, which most releases ignore`;
  }
  return allowList === 'unknown' ? 'its allow-list is unknown' : 'it has no allow-list';
}
