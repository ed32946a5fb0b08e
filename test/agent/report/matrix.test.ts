import t from 'tap';
import { type CellState, type ColumnName, stateMatrixOf } from '../../../agent/report/matrix.js';
import type { EndpointObservation } from '../../../checks/check.js';
import { runChecks } from '../../../checks/run-checks.js';
import { matrixOf } from '../../../cluster/access/matrix.js';
import type { Instance } from '../../../cluster/inventory/inventory.js';
import type { Observation } from '../../../probes/observation.js';
import { evidenceOf, instanceOf, observed } from '../../support/evidence.js';

const peer = { side: 'peer', by: 'tls-alert', number: 42, name: 'bad_certificate' } as const;
const rejected: Partial<Observation> = { outcome: 'rejected', rejection: peer };
const tidb = instanceOf('tidb', { name: 'tidb', list: ['pd'] });
const pd = instanceOf('pd', { name: 'pd', list: ['pd', 'tidb'] });
const names = new Map([
  ['tidb', [{ leaf: ['tidb'] }]],
  ['pd', [{ leaf: ['pd'] }]],
  ['agent', [{ leaf: ['agent'] }]],
] as const);

/** The cell of one caller at TiDB's status port: its verdict, and whether it was tried. */
function cellOf(
  caller: ColumnName,
  observations: readonly EndpointObservation[],
  instances: readonly Instance[] = [tidb, pd],
): readonly [CellState, boolean] | undefined {
  const evidence = evidenceOf({ instances, observations });
  const { rows } = stateMatrixOf(matrixOf(evidence.inventory, names), observations, runChecks(evidence));
  const cell = rows
    .find(({ instance, endpoint }) => instance.component === 'tidb' && endpoint.name === 'status')
    ?.cells.find(({ column }) => column === caller);
  return cell && [cell.result, cell.tried];
}

t.test('what was tried is what was seen', async (t) => {
  const at = (more: Partial<Observation>) => [observed(tidb, 'status', more)];
  t.strictSame(cellOf('agent', at({})), ['accepted', true]);
  t.strictSame(cellOf('pd', at({ identity: 'pd', ...rejected })), ['wrongly-rejected', true]);
  t.strictSame(cellOf('pd', at({ identity: 'pd', outcome: 'rejected', rejection: { ...peer, side: 'probe' } })), [
    'distrusts-server',
    true,
  ]);
  t.strictSame(cellOf('pd', at({ identity: 'pd', outcome: 'timeout' })), ['inconclusive', true]);
  t.strictSame(cellOf('no-certificate', at({ identity: 'no-certificate', ...rejected })), ['rejected', true]);
  t.strictSame(cellOf('no-certificate', at({ identity: 'no-certificate' })), ['wrongly-accepted', true]);
  t.strictSame(cellOf('plaintext', at({ identity: 'plaintext' })), ['wrongly-accepted', true]);
  t.strictSame(cellOf('agent', at({ outcome: 'not-tls' })), ['plaintext', true]);
});

t.test('without a list who has no certificate comes into the open', async (t) => {
  const open = instanceOf('tidb', { name: 'tidb' });
  t.strictSame(cellOf('no-certificate', [observed(open, 'status', { identity: 'no-certificate' })], [open]), [
    'open',
    true,
  ]);
});

t.test('of two pairs of one component the worse counts', async (t) => {
  const seen = [
    observed(tidb, 'status', { identity: 'pd' }),
    observed(tidb, 'status', { identity: 'pd@10.0.1.2:2379', ...rejected }),
  ];
  t.strictSame(cellOf('pd', seen), ['wrongly-rejected', true]);
});

t.test('where nobody tried, the lists speak', async (t) => {
  t.strictSame(cellOf('pd', []), ['accepted', false]);
  t.strictSame(cellOf('tidb', []), ['wrongly-rejected', false], 'it calls the port and is not listed');
  const plain = { ...tidb, endpoints: tidb.endpoints.map((one) => ({ ...one, scheme: 'http' as const })) };
  t.strictSame(cellOf('pd', [], [plain, pd]), ['plaintext', false]);
  t.equal(cellOf('no-certificate', []), undefined, 'no column for strangers who never came');
});
