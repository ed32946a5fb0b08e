import { formatAddress, parseAddress } from '../cluster/inventory/address.js';
import type { HttpAnswer } from '../probes/http-answers.js';
import type { Check, EndpointObservation, Evidence } from './check.js';
import { type Finding, findingOf } from './finding.js';

const id = 'peers-reach-each-other';

export const peersReachEachOther: Check = {
  id,
  title: 'Components report that they reach each other',
  severity: 'fail',
  description:
    'Each PD member reports which members it reaches with its own certificate, PD reports which stores send heartbeats, and a TiCDC capture that is not the owner forwards a request to the owner. Only negative reports count: PD keeps connections for days, so a positive report may come from an old connection. Where a member answers the agent and not its peer, one of the two rejects the other; the reports of the other members show which one.',
  remediation: 'Compare the certificates and allow-lists of the two. Restart the one that holds an old CA.',
  statuses: {
    fail: 'a PD member does not reach another one, or a TiCDC capture does not reach the owner',
    warn: 'PD reports a store as disconnected or down',
    unknown: 'the report of PD could not be read',
  },
  run: (evidence) => evidence.peerReports.flatMap((report) => evaluate(report, evidence)),
};

function evaluate(report: EndpointObservation, evidence: Evidence): readonly Finding[] {
  const { instance, endpoint, observation } = report;
  const { application, outcome, detail } = observation;
  if (outcome !== 'accepted' || application?.protocol !== 'http') {
    return [];
  }
  const { answer, status } = application;
  if (answer?.kind === 'pd-health') {
    return ofMembers(report, answer.members, evidence);
  }
  if (answer?.kind === 'pd-stores') {
    return ofStores(report, answer.stores, evidence);
  }
  if (answer?.kind === 'pd-not-bootstrapped') {
    return [findingOf(id, 'pass', instance, { endpoint, message: 'is not bootstrapped: no store has registered yet' })];
  }
  if (instance.component === 'pd') {
    const message = `inconclusive: its report of other members could not be read: ${detail}`;
    return [
      findingOf(id, 'unknown', instance, { endpoint, message, remediation: 'check whether this PD has a leader' }),
    ];
  }
  return instance.component === 'ticdc' ? [forwarded(report, status, evidence)] : [];
}

type Answer<Kind extends HttpAnswer['kind']> = Extract<HttpAnswer, { readonly kind: Kind }>;

function ofMembers(
  { instance, endpoint }: EndpointObservation,
  members: Answer<'pd-health'>['members'],
  evidence: Evidence,
): readonly Finding[] {
  const lost = members.filter(({ healthy }) => !healthy);
  return lost.length === 0
    ? [findingOf(id, 'pass', instance, { endpoint, message: `reaches all ${members.length} members` })]
    : lost.map(({ name, clientUrls }) => {
        const at = addresses(clientUrls);
        if (at.includes(formatAddress(endpoint)) && answersAgent(evidence, at)) {
          return findingOf(id, 'fail', instance, {
            endpoint,
            message: `does not reach itself (member ${name}), although it answers the agent: its outgoing TLS connections fail`,
            remediation:
              "check that PD's certificate has the extended key usage of a client, verifies under its CA file, covers the host of its client URL, and that its Common Name is in its list; then restart it",
            evidence: { member: name },
          });
        }
        const reachable = answersAgent(evidence, at)
          ? ', which answers the agent: one of the two rejects the other'
          : '';
        return findingOf(id, 'fail', instance, {
          endpoint,
          message: `does not reach member ${name}${reachable}; ${othersThatReach(name, at, evidence)} of the other members reach it`,
          remediation: 'compare the certificates and allow-lists of the two; restart the one that holds an old CA',
          evidence: { member: name, addresses: at },
        });
      });
}

function ofStores(
  { instance, endpoint }: EndpointObservation,
  stores: Answer<'pd-stores'>['stores'],
  evidence: Evidence,
): readonly Finding[] {
  const lost = stores.filter(({ state }) => state === 'Disconnected' || state === 'Down');
  return lost.map(({ address, state }) => {
    const reachable = answersAgent(evidence, addresses([address]))
      ? ', although the store answers the agent: PD may reject it'
      : '';
    return findingOf(id, 'warn', instance, {
      endpoint,
      message: `reports store ${address} as ${state}${reachable}`,
      remediation: 'check whether the store runs, and whether PD accepts it',
      evidence: { store: address },
    });
  });
}

/** A capture that is not the owner forwards the request to the owner, with its own certificate. */
function forwarded(
  { instance, endpoint, observation }: EndpointObservation,
  status: number,
  evidence: Evidence,
): Finding {
  const ofAgent = evidence.observations.find((one) => one.instance === instance && one.observation.identity === 'agent')
    ?.observation.application;
  const isOwner = ofAgent?.protocol === 'http' && ofAgent.answer?.kind === 'ticdc-status' && ofAgent.answer.isOwner;
  if (status < 400) {
    const message = isOwner ? 'is the owner and healthy' : 'forwards requests to the owner';
    return findingOf(id, 'pass', instance, { endpoint, message });
  }
  const { application } = observation;
  const why = application?.protocol === 'http' && application.tlsError ? `: ${application.tlsError}` : '';
  return findingOf(id, 'fail', instance, {
    endpoint,
    message: `${isOwner ? 'is the owner and not healthy' : 'cannot forward a request to the owner'}: HTTP ${status}${why}`,
    remediation: 'check whether the captures accept each other',
  });
}

/** The number of other members that report this one as healthy; each member reports itself as healthy. */
function othersThatReach(name: string, ownAddresses: readonly string[], { peerReports }: Evidence): number {
  return peerReports.filter(({ endpoint, observation: { application } }) => {
    const answer = application?.protocol === 'http' ? application.answer : undefined;
    return (
      answer?.kind === 'pd-health' &&
      !ownAddresses.includes(formatAddress(endpoint)) &&
      answer.members.some((member) => member.name === name && member.healthy)
    );
  }).length;
}

function answersAgent({ observations }: Evidence, at: readonly string[]): boolean {
  return observations.some(
    ({ endpoint, observation }) =>
      observation.identity === 'agent' && observation.outcome === 'accepted' && at.includes(formatAddress(endpoint)),
  );
}

function addresses(urls: readonly string[]): readonly string[] {
  return urls.map((url) => {
    const address = parseAddress(url);
    return address === undefined ? '' : formatAddress(address);
  });
}
