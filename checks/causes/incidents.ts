import { createHash } from 'node:crypto';
import type { Evidence } from '../check.js';
import type { Finding } from '../finding.js';
import { causes } from './catalogue.js';
import {
  type Cause,
  type CauseName,
  type Claim,
  type Incident,
  type Place,
  type Severity,
  severities,
} from './cause.js';
import { placeText } from './place.js';
import { sceneOf } from './scene.js';

/**
 * Assigns each failed finding and each warning to exactly one incident, and inconclusive findings to the incident that
 * explains them. What no cause claims is an incident of its own. The result does not depend on the order of `findings`:
 * they are sorted first, and causes claim in the order of the catalogue. Worst incident first.
 */
export function incidentsOf(
  evidence: Evidence,
  findings: readonly Finding[],
  catalogue: readonly Cause[] = causes,
): readonly Incident[] {
  const given = inOrder(findings.filter(({ status }) => status !== 'pass' && status !== 'accepted'));
  if (!given.some(isFault)) {
    return [];
  }
  const scene = sceneOf(evidence, given);
  const position = new Map(given.map((finding, index) => [finding, index]));
  const free = new Set(given);
  const incidents: Incident[] = [];
  const add = (cause: Pick<Cause, 'name' | 'severity'>, claims: readonly Claim[]) => {
    for (const [id, claim] of merged(cause.name, claims)) {
      if (claim.shownBy.some((finding) => free.has(finding) && isFault(finding))) {
        const taken = [...new Set([...claim.shownBy, ...(claim.consequences ?? [])])].filter((one) => free.delete(one));
        taken.sort((one, other) => (position.get(one) ?? 0) - (position.get(other) ?? 0));
        incidents.push(incidentOf(id, cause, claim, taken));
      }
    }
  };
  for (const cause of catalogue) {
    add(cause, cause.find(scene));
  }
  add({ name: 'unexplained', severity: 'hygiene' }, [...free].filter(isFault).map(unexplained));
  return sortedBy(incidents, ({ severity, place, id }) => `${severities.indexOf(severity)} ${placeText(place)} ${id}`);
}

/** What has to be in an incident. */
function isFault({ status }: Finding): boolean {
  return status === 'fail' || status === 'warn';
}

/** The same order for the same findings, whatever their order was: worst first, then by place. */
function inOrder(findings: readonly Finding[]): readonly Finding[] {
  return sortedBy(
    findings,
    ({ status, component, instance, endpoint, check, identity, message, evidence }) =>
      `${ranks.indexOf(status)} ${component} ${instance} ${endpoint} ${check} ${identity} ${message} ${JSON.stringify(evidence)}`,
  );
}

const ranks = ['fail', 'warn', 'unknown'];

function sortedBy<T>(all: readonly T[], key: (one: T) => string): readonly T[] {
  const keyed = all.map((one) => ({ one, key: key(one) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ one }) => one);
}

/** By id. Claims of one cause with the same id are one: the findings of all, the text of the first. */
function merged(cause: CauseName, claims: readonly Claim[]): ReadonlyMap<string, Claim> {
  const byId = new Map<string, Claim>();
  for (const claim of claims) {
    const id = idOf(cause, claim);
    const known = byId.get(id);
    byId.set(
      id,
      known === undefined
        ? claim
        : {
            ...known,
            shownBy: [...known.shownBy, ...claim.shownBy],
            consequences: [...(known.consequences ?? []), ...(claim.consequences ?? [])],
          },
    );
  }
  return byId;
}

/** The position may change while the cause stays, as when a line is added above it. */
function idOf(cause: CauseName, { place: { component, instance, endpoint, file }, about }: Claim): string {
  const key = JSON.stringify([component, instance, endpoint, file, about]);
  return `${cause}-${createHash('sha256').update(key).digest('hex').slice(0, 12)}`;
}

function incidentOf(
  id: string,
  { name, severity }: Pick<Cause, 'name' | 'severity'>,
  claim: Claim,
  findings: readonly Finding[],
): Incident {
  const { place, summary, fixes, since } = claim;
  return {
    id,
    cause: name,
    severity: isOfComponents(place) && findings.some(isFailingCall) ? 'failing' : (claim.severity ?? severity),
    status: findings.some(({ status }) => status === 'fail') ? 'fail' : 'warn',
    place,
    summary,
    fixes,
    since,
    findings,
    help: `docs/checks.md#${name}`,
  };
}

/** What only the agent's files or names cause fails no call of a component. */
function isOfComponents({ component }: Place): boolean {
  return component !== 'agent';
}

/** Whether calls of components fail. A port that rejects only the agent rejects none. */
function isFailingCall({ check, status, evidence }: Finding): boolean {
  switch (check) {
    case 'caller-accepted':
    case 'server-verifies':
    case 'peers-reach-each-other':
      return status === 'fail';
    case 'endpoint-answers':
      return status === 'fail' && evidence.outcome !== 'rejected';
    default:
      return false;
  }
}

function unexplained(finding: Finding): Claim {
  const { component, instance, endpoint, check, identity, message, remediation, status, evidence } = finding;
  const place: Place = component === 'agent' ? { component } : { component, instance, endpoint };
  const severity: Severity = status === 'fail' ? 'will-fail' : 'hygiene';
  return {
    place,
    about: `${check} ${identity ?? ''} ${evidence.reason ?? ''}`,
    severity,
    summary: message,
    fixes: remediation === '' ? [] : [remediation],
    shownBy: [finding],
  };
}
