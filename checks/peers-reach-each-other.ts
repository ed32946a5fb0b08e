import { formatAddress, parseAddress } from '../cluster/inventory/address.js';
import type { Instance } from '../cluster/inventory/inventory.js';
import type { Check, EndpointObservation, Evidence } from './check.js';
import { type Finding, findingOf } from './finding.js';

const id = 'peers-reach-each-other';

export const peersReachEachOther: Check = {
  id,
  title: 'Components report that they reach each other',
  severity: 'fail',
  description:
    'Each PD member reports which members it reaches with its own certificate, PD reports which stores send heartbeats, and a TiCDC capture that is not the owner forwards a request to the owner. Only negative reports count: PD keeps connections for days, so a positive report may come from an old connection. Where a member answers the agent and not its peer, one of the two rejects the other; the reports of the other members show which one.',
  remediation: 'Compare the certificates and lists of the two. Restart the one that holds an old CA.',
  statuses: {
    fail: 'a PD member does not reach another one, or a TiCDC capture does not reach the owner',
    warn: 'PD reports a store as disconnected or down',
    unknown: 'the report of PD could not be read',
  },
  run: (evidence) => evidence.peerReports.flatMap((report) => evaluate(report, evidence)),
};

function evaluate(report: EndpointObservation, evidence: Evidence): readonly Finding[] {
  const { instance, endpoint, observation } = report;
  const { application, outcome } = observation;
  if (outcome !== 'accepted' || application?.protocol !== 'http') {
    return [];
  }
  const parts = { endpoint };
  const { answer, status } = application;
  if (answer?.kind === 'pd-health') {
    const lost = answer.members.filter(({ healthy }) => !healthy);
    return lost.length === 0
      ? [findingOf(id, 'pass', instance, { ...parts, message: `reaches all ${answer.members.length} members` })]
      : lost.map(({ name, clientUrls }) => {
          const reachable = answersAgent(evidence, addresses(clientUrls));
          const others = othersThatReach(name, addresses(clientUrls), evidence);
          return findingOf(id, 'fail', instance, {
            ...parts,
            message: `does not reach member ${name}${reachable ? ', which answers the agent: one of the two rejects the other' : ''}; ${others} of the other members reach it`,
            remediation: 'compare the certificates and lists of the two; restart the one that holds an old CA',
            evidence: { member: name },
          });
        });
  }
  if (answer?.kind === 'pd-stores') {
    const lost = answer.stores.filter(({ state }) => state === 'Disconnected' || state === 'Down');
    return lost.map(({ address, state }) => {
      const reachable = answersAgent(evidence, addresses([address]));
      return findingOf(id, 'warn', instance, {
        ...parts,
        message: `reports store ${address} as ${state}${reachable ? ', although the store answers the agent: PD may reject it' : ''}`,
        remediation: 'check whether the store runs, and whether PD accepts it',
        evidence: { store: address },
      });
    });
  }
  if (instance.component === 'pd') {
    const message = `inconclusive: its report of other members could not be read: ${observation.detail}`;
    return [
      findingOf(id, 'unknown', instance, { ...parts, message, remediation: 'check whether this PD has a leader' }),
    ];
  }
  return instance.component === 'ticdc' ? [forwarded(instance, report, status, evidence)] : [];
}

/** A capture that is not the owner forwards the request to the owner, with its own certificate. */
function forwarded(instance: Instance, { endpoint }: EndpointObservation, status: number, evidence: Evidence): Finding {
  const ofAgent = evidence.observations.find((one) => one.instance === instance && one.observation.identity === 'agent')
    ?.observation.application;
  const isOwner = ofAgent?.protocol === 'http' && ofAgent.answer?.kind === 'ticdc-status' && ofAgent.answer.isOwner;
  if (status < 400) {
    const message = isOwner ? 'is the owner and healthy' : 'forwards requests to the owner';
    return findingOf(id, 'pass', instance, { endpoint, message });
  }
  return findingOf(id, 'fail', instance, {
    endpoint,
    message: `${isOwner ? 'is the owner and not healthy' : 'cannot forward a request to the owner'}: HTTP ${status}`,
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
