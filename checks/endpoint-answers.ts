import type { Endpoint, Instance } from '../cluster/inventory/inventory.js';
import type { ApplicationAnswer } from '../probes/observation.js';
import { type Check, credentialKey, type EndpointObservation, type Evidence } from './check.js';
import type { Finding } from './finding.js';
import { findingOf } from './finding-of.js';

const id = 'endpoint-answers';

export const endpointAnswers: Check = {
  id,
  title: "Each port answers the agent's own identity",
  severity: 'fail',
  description:
    'The agent asks each port a harmless question with its own pair. Only application bytes count as an answer: in TLS 1.3 a finished handshake does not. A port that cannot be reached or does not answer in time has not refused anybody, and the finding says so.',
  remediation:
    "By what was seen: start the component, mend the network, or add the agent's Common Name to the component's list.",
  results: {
    fail: 'the port refuses the agent, cannot be reached, does not answer in time, is not encrypted, answers with an error, or is another component',
    unknown: 'nothing can be said, or the port was not asked',
  },
  run: (evidence) => {
    const agent = evidence.observations.filter(({ observation }) => observation.identity === 'agent');
    return [...agent.map((entry) => evaluate(entry, evidence)), ...notAsked(evidence, agent)];
  },
};

/** Ports of this node without an observation: what was not asked is said, with the reason. */
function notAsked(evidence: Evidence, agent: readonly EndpointObservation[]): readonly Finding[] {
  return evidence.inventory.instances
    .filter(({ local }) => local)
    .flatMap((instance) => {
      const facts = evidence.credentials.get(credentialKey(instance));
      const mismatched = facts?.keyMatches === false || (facts?.errors.length ?? 0) > 0;
      const why = mismatched
        ? facts?.keyMatches === false
          ? 'its key and certificate on disk do not match, and a connection now could leave it on the old pair'
          : 'its files on disk are not good, and a connection now would have it read them'
        : 'the agent has no usable identity, or has not come to it yet';
      return instance.endpoints
        .filter((endpoint) => !agent.some((one) => one.instance === instance && one.endpoint === endpoint))
        .map((endpoint) =>
          findingOf(id, 'unknown', instance, { endpoint, message: `not asked: ${why}`, remediation: 'mend the files' }),
        );
    });
}

/** TLS alert of a Go server whose own pair does not load. */
const internalError = 80;

function cannotLoad({ credentials }: Evidence, instance: Instance): boolean {
  const facts = credentials.get(credentialKey(instance));
  return facts?.keyMatches === false || (facts?.errors.length ?? 0) > 0;
}

/** A page where the component's own JSON was asked for: a proxy, or another service on this address. */
function isForeign({ profile }: Endpoint, application: ApplicationAnswer | undefined): boolean {
  const { probe } = profile;
  const known = probe.protocol === 'http' && probe.accept !== 'any';
  return known && application?.protocol === 'http' && application.status === 200 && application.answer === undefined;
}

function evaluate({ instance, endpoint, observation }: EndpointObservation, evidence: Evidence): Finding {
  const { outcome, detail, application, rejection } = observation;
  const parts = {
    endpoint,
    identity: observation.identity,
    evidence: { outcome, detail, address: `${endpoint.host}:${endpoint.port}` },
  };
  switch (outcome) {
    case 'accepted': {
      const failed = application?.protocol === 'http' ? application.status >= 500 : (application?.status ?? 0) !== 0;
      if (isForeign(endpoint, application)) {
        return findingOf(id, 'fail', instance, {
          ...parts,
          message: `something answers here that is not this component: ${detail}`,
          remediation: 'mend the address in the configuration, or what answers in its place',
        });
      }
      return failed
        ? findingOf(id, 'fail', instance, {
            ...parts,
            message: `the port lets the agent in, but answers with an error: ${detail}`,
            remediation: "look into the component's own log",
          })
        : findingOf(id, 'pass', instance, { ...parts, message: `answered: ${detail}` });
    }
    case 'rejected':
      if (rejection?.number === internalError && cannotLoad(evidence, instance)) {
        return findingOf(id, 'fail', instance, {
          ...parts,
          message: `refuses everybody, since it cannot load its own files: ${detail}`,
          remediation: 'mend the pair on disk; the next connection reads it',
        });
      }
      return findingOf(id, 'fail', instance, {
        ...parts,
        message: detail,
        remediation:
          rejection?.side === 'probe'
            ? 'see server-verifies'
            : "give the agent a pair this port admits, or add its Common Name to the component's list",
      });
    case 'unreachable':
      return findingOf(id, 'fail', instance, {
        ...parts,
        message: detail,
        remediation: 'start the component, or mend address or network',
      });
    case 'timeout':
      return findingOf(id, 'fail', instance, {
        ...parts,
        message: `timeout: ${detail} (this is not a TLS rejection)`,
        remediation: 'see whether the component hangs or the network drops packets',
      });
    case 'not-tls':
      return findingOf(id, 'fail', instance, {
        ...parts,
        message: `is not encrypted: ${detail}`,
        remediation: 'set the TLS keys and https URLs of the component and restart it',
      });
    case 'inconclusive':
      return findingOf(id, 'unknown', instance, { ...parts, message: `nothing can be said: ${detail}` });
  }
}
