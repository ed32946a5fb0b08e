import t from 'tap';
import { type CellVerdict, type ColumnName, verdictMatrixOf } from '../../../agent/report/matrix.js';
import { runChecks } from '../../../checks/catalogue.js';
import type { EndpointObservation } from '../../../checks/check.js';
import { matrixOf } from '../../../cluster/access/matrix.js';
import type { Instance } from '../../../cluster/inventory/inventory.js';
import type { Observation } from '../../../probes/observation.js';
import { evidenceOf, instanceOf, observed } from '../../support/evidence.js';

const peer = { side: 'peer', by: 'tls-alert', number: 42, name: 'bad_certificate' } as const;
const refused: Partial<Observation> = { outcome: 'refused', refusal: peer };
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
): readonly [CellVerdict, boolean] | undefined {
  const evidence = evidenceOf({ instances, observations });
  const { rows } = verdictMatrixOf(matrixOf(evidence.inventory, names), observations, runChecks(evidence));
  const cell = rows
    .find(({ instance, endpoint }) => instance.component === 'tidb' && endpoint.name === 'status')
    ?.cells.find(({ column }) => column === caller);
  return cell && [cell.verdict, cell.tried];
}

t.test('what was tried is what was seen', async (t) => {
  const at = (more: Partial<Observation>) => [observed(tidb, 'status', more)];
  t.strictSame(cellOf('agent', at({})), ['admitted', true]);
  t.strictSame(cellOf('pd', at({ identity: 'pd', ...refused })), ['needed-but-refused', true]);
  t.strictSame(cellOf('pd', at({ identity: 'pd', outcome: 'refused', refusal: { ...peer, side: 'probe' } })), [
    'distrusts-server',
    true,
  ]);
  t.strictSame(cellOf('pd', at({ identity: 'pd', outcome: 'timeout' })), ['inconclusive', true]);
  t.strictSame(cellOf('anonymous', at({ identity: 'anonymous', ...refused })), ['refused', true]);
  t.strictSame(cellOf('anonymous', at({ identity: 'anonymous' })), ['should-be-refused', true]);
  t.strictSame(cellOf('plaintext', at({ identity: 'plaintext' })), ['should-be-refused', true]);
  t.strictSame(cellOf('agent', at({ outcome: 'not-tls' })), ['plaintext', true]);
});

t.test('without a list who has no certificate comes into the open', async (t) => {
  const open = instanceOf('tidb', { name: 'tidb' });
  t.strictSame(cellOf('anonymous', [observed(open, 'status', { identity: 'anonymous' })], [open]), ['open', true]);
});

t.test('of two pairs of one component the worse counts', async (t) => {
  const seen = [
    observed(tidb, 'status', { identity: 'pd' }),
    observed(tidb, 'status', { identity: 'pd@10.0.1.2:2379', ...refused }),
  ];
  t.strictSame(cellOf('pd', seen), ['needed-but-refused', true]);
});

t.test('where nobody tried, the lists speak', async (t) => {
  t.strictSame(cellOf('pd', []), ['admitted', false]);
  t.strictSame(cellOf('tidb', []), ['needed-but-refused', false], 'it calls the port and is not listed');
  const plain = { ...tidb, endpoints: tidb.endpoints.map((one) => ({ ...one, scheme: 'http' as const })) };
  t.strictSame(cellOf('pd', [], [plain, pd]), ['plaintext', false]);
  t.equal(cellOf('anonymous', []), undefined, 'no column for strangers who never came');
});
