import type { EndpointObservation } from '../../checks/check.js';
import type { Finding } from '../../checks/finding.js';
import { isUnauthorizedClient } from '../../checks/unauthorized-client.js';
import type { Matrix, MatrixCell } from '../../cluster/access/matrix.js';
import type { CallerName } from '../../cluster/components/profile.js';
import type { Endpoint, Instance } from '../../cluster/inventory/inventory.js';
import type { IdentityName } from '../../probes/observation.js';

/** How a port and a caller stand to each other; the worst of several comes first. */
export const cellStates = [
  /** Let in, against what the configuration says. */
  'wrongly-accepted',
  /** Needs the port, and is refused or would be by the list. */
  'wrongly-rejected',
  /** The caller would not talk to this server. */
  'distrusts-server',
  /** Without TLS: whoever comes. */
  'plaintext',
  /** Let in without a certificate, since nothing forbids it. */
  'open',
  /** The list names it, and it calls nothing here. */
  'unused',
  'inconclusive',
  'accepted',
  'rejected',
  /** Not tried, and no list tells. */
  'unknown',
] as const;
export type CellState = (typeof cellStates)[number];

/** Callers by name, and those who should be nobody. */
export const unauthorizedClientNames = [
  'no-certificate',
  'foreign-ca',
  'wrong-name',
  'plaintext',
] as const satisfies readonly IdentityName[];
export type ColumnName = CallerName | (typeof unauthorizedClientNames)[number];

export interface StateCell {
  readonly column: ColumnName;
  readonly result: CellState;
  /** Whether somebody came to the port; else the lists alone say so. */
  readonly tried: boolean;
  readonly reason: string;
}

export interface StateRow {
  readonly instance: Instance;
  readonly endpoint: Endpoint;
  readonly cells: readonly StateCell[];
}

export interface StateMatrix {
  readonly columns: readonly ColumnName[];
  readonly rows: readonly StateRow[];
}

/** What was last seen of each caller at each port; where nobody tried, what lists and names say. */
export function stateMatrixOf(
  matrix: Matrix,
  observations: readonly EndpointObservation[],
  findings: readonly Finding[],
): StateMatrix {
  const seen = new Map<string, EndpointObservation[]>();
  for (const one of observations) {
    const key = cellKey(one.instance, one.endpoint.name, columnOf(one.observation.identity));
    seen.set(key, [...(seen.get(key) ?? []), one]);
  }
  const evaluated = new Map(
    findings
      .filter(({ check }) => check === 'rejects-unauthorized')
      .map((one) => [cellKey({ component: one.component, name: one.instance }, one.endpoint, one.identity), one]),
  );
  const unauthorizedClients = unauthorizedClientNames.filter((name) =>
    observations.some(({ observation }) => observation.identity === name),
  );
  const columns = [...matrix.callers, ...unauthorizedClients];
  const rows = matrix.rows.map(({ instance, endpoint, cells }) => {
    const listed = new Map(cells.map((cell) => [cell.caller as ColumnName, cell]));
    return {
      instance,
      endpoint,
      cells: columns.map((column): StateCell => {
        const tried = (seen.get(cellKey(instance, endpoint.name, column)) ?? []).map((one) =>
          triedCell(one, evaluated.get(cellKey(instance, endpoint.name, one.observation.identity))),
        );
        const [worst] = tried.sort((a, b) => cellStates.indexOf(a.result) - cellStates.indexOf(b.result));
        return { column, ...(worst ?? listedCell(listed.get(column))) };
      }),
    };
  });
  return { columns, rows };
}

type Cell = Omit<StateCell, 'column'>;

function triedCell({ endpoint, observation }: EndpointObservation, finding: Finding | undefined): Cell {
  const { outcome, detail, identity, rejection } = observation;
  const unauthorizedClient = isUnauthorizedClient(endpoint, identity);
  const reason = finding?.message ?? detail;
  const result = (): CellState => {
    switch (outcome) {
      case 'accepted':
        if (!unauthorizedClient) {
          return 'accepted';
        }
        return finding?.status === 'fail' ? 'wrongly-accepted' : finding?.status === 'warn' ? 'open' : 'accepted';
      case 'rejected':
        return rejection?.side === 'probe' ? 'distrusts-server' : unauthorizedClient ? 'rejected' : 'wrongly-rejected';
      case 'not-tls':
        return 'plaintext';
      default:
        return 'inconclusive';
    }
  };
  return { result: result(), tried: true, reason };
}

function listedCell(cell: MatrixCell | undefined): Cell {
  if (cell === undefined) {
    return { result: 'unknown', tried: false, reason: 'not tried yet' };
  }
  const { access, need } = cell;
  const said = (result: CellState, reason: string): Cell => ({ result, tried: false, reason });
  switch (access) {
    case 'allowed':
      return need === 'none'
        ? said('unused', 'its name is on the list, and it calls no port under this list')
        : need === 'this-port'
          ? said('accepted', 'its name is on the list')
          : said('accepted', 'its name is on the list, since it needs another port under the same list');
    case 'rejected':
      return need === 'this-port'
        ? said('wrongly-rejected', 'it needs this port, and its name is not on the list')
        : said('rejected', 'its name is not on the list, and it needs no entry');
    case 'any-certificate':
      return need === 'none'
        ? said('open', 'no list is set: any certificate of the CA is let in')
        : said('accepted', 'any certificate of the CA is let in');
    case 'anybody':
      return need === 'none'
        ? said('open', 'anybody is let in, without a certificate')
        : said('accepted', 'anybody is let in, without a certificate');
    case 'plaintext':
      return said('plaintext', 'the port is configured without TLS');
    case 'unknown':
      return said('unknown', "the list, the caller's name or the release is not known");
  }
}

/** The agent's own pair is the caller `agent`; a second pair of a component is that component. */
function columnOf(identity: IdentityName): ColumnName {
  return identity === 'agent' ? 'agent' : ((identity.split('@')[0] ?? identity) as ColumnName);
}

function cellKey(
  instance: { readonly component: string; readonly name: string },
  endpoint: string | undefined,
  identity: string | undefined,
): string {
  return `${instance.component}/${instance.name}/${endpoint}/${identity}`;
}
