import { formatAddress, parseAddress } from '../cluster/inventory/address.js';
import type { Instance } from '../cluster/inventory/inventory.js';
import type { Check, EndpointObservation, Evidence } from './check.js';
import type { Finding } from './finding.js';
import { findingOf } from './finding-of.js';

const id = 'peers-reach-each-other';

export const peersReachEachOther: Check = {
  id,
  title: 'Components reach each other, as they say themselves',
  severity: 'fail',
  description:
    'Every PD member says which members it reaches with its own certificate, PD says which stores it hears of, and a TiCDC capture that does not own hands a question on to the one that does. Only a no counts: PD keeps connections for days, so a yes may be an old one. A member that answers the agent and not its peer is refused between them; the members that see it tell from which side.',
  remediation: 'Compare the certificates and lists of the two; restart the one that holds an old CA.',
  results: {
    fail: 'a PD member does not reach another one, or a capture of TiCDC does not reach the owner',
    warn: 'PD has lost a store',
    unknown: 'what PD says of the others could not be read',
  },
  run: (evidence) => evidence.peerReports.flatMap((view) => evaluate(view, evidence)),
};

function evaluate(view: EndpointObservation, evidence: Evidence): readonly Finding[] {
  const { instance, endpoint, observation } = view;
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
          const seen = answersAgent(evidence, addresses(clientUrls));
          const others = othersThatReach(name, addresses(clientUrls), evidence);
          return findingOf(id, 'fail', instance, {
            ...parts,
            message: `does not reach member ${name}${seen ? ', which answers the agent: one of the two refuses the other' : ''}; ${others} of the other members reach it`,
            remediation: 'compare the certificates and lists of the two; restart the one that holds an old CA',
            evidence: { member: name },
          });
        });
  }
  if (answer?.kind === 'pd-stores') {
    const lost = answer.stores.filter(({ state }) => state === 'Disconnected' || state === 'Down');
    return lost.map(({ address, state }) => {
      const seen = answersAgent(evidence, addresses([address]));
      return findingOf(id, 'warn', instance, {
        ...parts,
        message: `has lost store ${address} (${state})${seen ? ', which answers the agent: it may be refused by PD' : ''}`,
        remediation: 'see whether the store runs, and whether PD lets it in',
        evidence: { store: address },
      });
    });
  }
  if (instance.component === 'pd') {
    const message = `not known whom it reaches: ${observation.detail}`;
    return [findingOf(id, 'unknown', instance, { ...parts, message, remediation: 'see whether this PD has a leader' })];
  }
  return instance.component === 'ticdc' ? [handedOn(instance, view, status, evidence)] : [];
}

/** A capture that does not own asks the owner with its own certificate. */
function handedOn(instance: Instance, { endpoint }: EndpointObservation, status: number, evidence: Evidence): Finding {
  const agent = evidence.observations.find((one) => one.instance === instance && one.observation.identity === 'agent')
    ?.observation.application;
  const isOwner = agent?.protocol === 'http' && agent.answer?.kind === 'ticdc-status' && agent.answer.isOwner;
  if (status < 400) {
    const message = isOwner ? 'owns, and is healthy' : 'hands questions on to the owner';
    return findingOf(id, 'pass', instance, { endpoint, message });
  }
  return findingOf(id, 'fail', instance, {
    endpoint,
    message: `${isOwner ? 'owns, and is not healthy' : 'cannot hand a question on to the owner'}: HTTP ${status}`,
    remediation: 'see whether the captures let each other in',
  });
}

/** How many members say that they reach this one, itself apart: of itself each thinks well. */
function othersThatReach(name: string, agent: readonly string[], { peerReports }: Evidence): number {
  return peerReports.filter(({ endpoint, observation: { application } }) => {
    const answer = application?.protocol === 'http' ? application.answer : undefined;
    return (
      answer?.kind === 'pd-health' &&
      !agent.includes(formatAddress(endpoint)) &&
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
