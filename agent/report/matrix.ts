import type { EndpointObservation } from '../../checks/check.js';
import type { Finding } from '../../checks/finding.js';
import { isStranger } from '../../checks/rejects-unauthorized.js';
import type { Matrix, MatrixCell } from '../../cluster/access/matrix.js';
import type { CallerName } from '../../cluster/components/profile.js';
import type { Endpoint, Instance } from '../../cluster/inventory/inventory.js';
import type { IdentityName } from '../../probes/observation.js';

/** How a port and a caller stand to each other; the worst of several comes first. */
export const cellVerdicts = [
  /** Let in, against what the configuration says. */
  'should-be-refused',
  /** Needs the port, and is refused or would be by the list. */
  'needed-but-refused',
  /** The caller would not talk to this server. */
  'distrusts-server',
  /** Without TLS: whoever comes. */
  'plaintext',
  /** Let in without a certificate, since nothing forbids it. */
  'open',
  /** The list names it, and it calls nothing here. */
  'needless',
  'inconclusive',
  'admitted',
  'refused',
  /** Not tried, and no list tells. */
  'unknown',
] as const;
export type CellVerdict = (typeof cellVerdicts)[number];

/** Callers by name, and those who should be nobody. */
export const strangerNames = [
  'anonymous',
  'untrusted',
  'imposter',
  'plaintext',
] as const satisfies readonly IdentityName[];
export type ColumnName = CallerName | (typeof strangerNames)[number];

export interface VerdictCell {
  readonly column: ColumnName;
  readonly verdict: CellVerdict;
  /** Whether somebody came to the port; else the lists alone say so. */
  readonly tried: boolean;
  readonly reason: string;
}

export interface VerdictRow {
  readonly instance: Instance;
  readonly endpoint: Endpoint;
  readonly cells: readonly VerdictCell[];
}

export interface VerdictMatrix {
  readonly columns: readonly ColumnName[];
  readonly rows: readonly VerdictRow[];
}

/** What was last seen of each caller at each port; where nobody tried, what lists and names say. */
export function verdictMatrixOf(
  matrix: Matrix,
  observations: readonly EndpointObservation[],
  findings: readonly Finding[],
): VerdictMatrix {
  const seen = new Map<string, EndpointObservation[]>();
  for (const one of observations) {
    const key = cellKey(one.instance, one.endpoint.name, columnOf(one.observation.identity));
    seen.set(key, [...(seen.get(key) ?? []), one]);
  }
  const judged = new Map(
    findings
      .filter(({ check }) => check === 'strangers-refused')
      .map((one) => [cellKey({ component: one.component, name: one.instance }, one.endpoint, one.identity), one]),
  );
  const strangers = strangerNames.filter((name) =>
    observations.some(({ observation }) => observation.identity === name),
  );
  const columns = [...matrix.callers, ...strangers];
  const rows = matrix.rows.map(({ instance, endpoint, cells }) => {
    const listed = new Map(cells.map((cell) => [cell.caller as ColumnName, cell]));
    return {
      instance,
      endpoint,
      cells: columns.map((column): VerdictCell => {
        const tried = (seen.get(cellKey(instance, endpoint.name, column)) ?? []).map((one) =>
          triedCell(one, judged.get(cellKey(instance, endpoint.name, one.observation.identity))),
        );
        const [worst] = tried.sort((a, b) => cellVerdicts.indexOf(a.verdict) - cellVerdicts.indexOf(b.verdict));
        return { column, ...(worst ?? listedCell(listed.get(column))) };
      }),
    };
  });
  return { columns, rows };
}

type Cell = Omit<VerdictCell, 'column'>;

function triedCell({ endpoint, observation }: EndpointObservation, finding: Finding | undefined): Cell {
  const { outcome, detail, identity, refusal } = observation;
  const stranger = isStranger(endpoint, identity);
  const reason = finding?.message ?? detail;
  const verdict = (): CellVerdict => {
    switch (outcome) {
      case 'accepted':
        if (!stranger) {
          return 'admitted';
        }
        return finding?.status === 'fail' ? 'should-be-refused' : finding?.status === 'warn' ? 'open' : 'admitted';
      case 'refused':
        return refusal?.side === 'probe' ? 'distrusts-server' : stranger ? 'refused' : 'needed-but-refused';
      case 'not-tls':
        return 'plaintext';
      default:
        return 'inconclusive';
    }
  };
  return { verdict: verdict(), tried: true, reason };
}

function listedCell(cell: MatrixCell | undefined): Cell {
  if (cell === undefined) {
    return { verdict: 'unknown', tried: false, reason: 'not tried yet' };
  }
  const { access, need } = cell;
  const said = (verdict: CellVerdict, reason: string): Cell => ({ verdict, tried: false, reason });
  switch (access) {
    case 'allowed':
      return need === 'none'
        ? said('needless', 'its name is on the list, and it calls no port under this list')
        : need === 'this-port'
          ? said('admitted', 'its name is on the list')
          : said('admitted', 'its name is on the list, since it needs another port under the same list');
    case 'refused':
      return need === 'this-port'
        ? said('needed-but-refused', 'it needs this port, and its name is not on the list')
        : said('refused', 'its name is not on the list, and it needs no entry');
    case 'any-certificate':
      return need === 'none'
        ? said('open', 'no list is set: any certificate of the CA is let in')
        : said('admitted', 'any certificate of the CA is let in');
    case 'anybody':
      return need === 'none'
        ? said('open', 'anybody is let in, without a certificate')
        : said('admitted', 'anybody is let in, without a certificate');
    case 'plaintext':
      return said('plaintext', 'the port is configured without TLS');
    case 'unknown':
      return said('unknown', "the list, the caller's name or the release is not known");
  }
}

/** The agent's own pair is the caller `agent`; a second pair of a component is that component. */
function columnOf(identity: IdentityName): ColumnName {
  return identity === 'own' ? 'agent' : ((identity.split('@')[0] ?? identity) as ColumnName);
}

function cellKey(
  instance: { readonly component: string; readonly name: string },
  endpoint: string | undefined,
  identity: string | undefined,
): string {
  return `${instance.component}/${instance.name}/${endpoint}/${identity}`;
}
