import type { EndpointObservation } from '../../checks/check.js';
import type { Finding } from '../../checks/finding.js';
import { componentOfIdentity } from '../../checks/identity.js';
import { isUnauthorizedClient } from '../../checks/unauthorized-client.js';
import type { Matrix, MatrixCell } from '../../cluster/access/matrix.js';
import type { CallerName } from '../../cluster/components/profile.js';
import type { Endpoint, Instance } from '../../cluster/inventory/inventory.js';
import type { IdentityName } from '../../probes/observation.js';

/** What a port does with a caller; of several probes, the state that is first in this list counts. */
const accessStates = [
  /** Accepted, although the configuration of the port rejects it. */
  'wrongly-accepted',
  /** Needs the port, and is rejected, or would be by the allow-list. */
  'wrongly-rejected',
  /** The caller rejects the server's certificate. */
  'rejects-server',
  'plaintext',
  /** Accepted without authorization, since no configuration requires one. */
  'open',
  /** The allow-list names it, and it calls no port under this list. */
  'unused-entry',
  'inconclusive',
  'accepted',
  'rejected',
  /** Not probed, and no allow-list says it. */
  'unknown',
] as const;
export type AccessState = (typeof accessStates)[number];

/** Identities that no component has, in the order of their columns. */
const unauthorizedIdentities = [
  'no-certificate',
  'foreign-ca',
  'wrong-name',
  'plaintext',
] as const satisfies readonly IdentityName[];
export type ColumnName = CallerName | (typeof unauthorizedIdentities)[number];

export interface AccessCell {
  readonly column: ColumnName;
  readonly state: AccessState;
  /** Whether the port was probed as this caller; otherwise the state follows from allow-lists and names. */
  readonly probed: boolean;
  readonly reason: string;
}

export interface AccessRow {
  readonly instance: Instance;
  readonly endpoint: Endpoint;
  readonly cells: readonly AccessCell[];
}

/** Ports × callers. */
export interface AccessMatrix {
  readonly columns: readonly ColumnName[];
  readonly rows: readonly AccessRow[];
}

type State = Omit<AccessCell, 'column'>;

/** The latest observation of each caller at each port; where there is none, what allow-lists and names imply. */
export function accessMatrixOf(
  matrix: Matrix,
  observations: readonly EndpointObservation[],
  findings: readonly Finding[],
): AccessMatrix {
  const observed = observedStates(observations, findings);
  const unauthorized = unauthorizedIdentities.filter((name) =>
    observations.some(({ observation }) => observation.identity === name),
  );
  const columns = [...matrix.callers, ...unauthorized];
  const rows = matrix.rows.map(({ instance, endpoint, cells }) => {
    const configured = new Map<ColumnName, MatrixCell>(cells.map((cell) => [cell.caller, cell]));
    const stateOf = (column: ColumnName) =>
      observed.get(cellKey(instance, endpoint.name, column)) ?? configuredState(configured.get(column));
    return { instance, endpoint, cells: columns.map((column) => ({ column, ...stateOf(column) })) };
  });
  return { columns, rows };
}

/** The worst state of each probed cell, by `cellKey`. */
function observedStates(
  observations: readonly EndpointObservation[],
  findings: readonly Finding[],
): ReadonlyMap<string, State> {
  const results = new Map(
    findings
      .filter(({ check }) => check === 'rejects-unauthorized')
      .map((one) => [cellKey({ component: one.component, name: one.instance }, one.endpoint, one.identity), one]),
  );
  const states = new Map<string, State>();
  for (const one of observations) {
    const { instance, endpoint, observation } = one;
    const state = observedState(one, results.get(cellKey(instance, endpoint.name, observation.identity)));
    const key = cellKey(instance, endpoint.name, columnOf(observation.identity));
    const known = states.get(key);
    if (known === undefined || accessStates.indexOf(state.state) < accessStates.indexOf(known.state)) {
      states.set(key, state);
    }
  }
  return states;
}

function observedState(observed: EndpointObservation, finding: Finding | undefined): State {
  return { state: stateOf(observed, finding), probed: true, reason: finding?.message ?? observed.observation.detail };
}

function stateOf({ endpoint, observation }: EndpointObservation, finding: Finding | undefined): AccessState {
  const { outcome, identity, rejection } = observation;
  const unauthorized = isUnauthorizedClient(endpoint, identity);
  switch (outcome) {
    case 'accepted':
      return unauthorized ? acceptedState(finding) : 'accepted';
    case 'rejected':
      return rejection?.side === 'probe' ? 'rejects-server' : unauthorized ? 'rejected' : 'wrongly-rejected';
    case 'not-tls':
      return 'plaintext';
    default:
      return 'inconclusive';
  }
}

/** Of an unauthorized client that was accepted: the check knows whether the configuration rejects it. */
function acceptedState(finding: Finding | undefined): AccessState {
  return finding?.status === 'fail' ? 'wrongly-accepted' : finding?.status === 'warn' ? 'open' : 'accepted';
}

function configuredState(cell: MatrixCell | undefined): State {
  const [state, reason] = cell === undefined ? (['unknown', 'not probed yet'] as const) : impliedBy(cell);
  return { state, probed: false, reason };
}

const listedStates: Readonly<Record<MatrixCell['need'], readonly [AccessState, string]>> = {
  none: ['unused-entry', 'the allow-list has its name, and it calls no port under this list'],
  'this-port': ['accepted', 'the allow-list has its name'],
  'same-list': ['accepted', 'not needed here: the list also protects a port that it needs'],
};

function impliedBy({ access, need }: MatrixCell): readonly [AccessState, string] {
  const unlisted = need === 'none' ? 'open' : 'accepted';
  switch (access) {
    case 'allowed':
      return listedStates[need];
    case 'rejected':
      return need === 'this-port'
        ? ['wrongly-rejected', 'it needs this port, and the allow-list does not have its name']
        : ['rejected', 'the allow-list does not have its name, and it needs no entry'];
    case 'any-certificate':
      return [unlisted, 'any certificate of the CA is accepted'];
    case 'anybody':
      return [unlisted, 'clients without a certificate are accepted'];
    case 'plaintext':
      return ['plaintext', 'the port is configured without TLS'];
    case 'unknown':
      return ['unknown', "the allow-list, the caller's name or the release is unknown"];
  }
}

/** A second certificate of a component, as in `tikv@10.0.1.2:20160`, counts as that component. */
function columnOf(identity: IdentityName): ColumnName {
  return (componentOfIdentity(identity) ?? identity) as ColumnName;
}

function cellKey(
  instance: { readonly component: string; readonly name: string },
  endpoint: string | undefined,
  identity: string | undefined,
): string {
  return `${instance.component}/${instance.name}/${endpoint}/${identity}`;
}
