import t from 'tap';
import { type AccessState, accessMatrixOf, type ColumnName } from '../../../agent/report/access-matrix.js';
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

/** The cell of one caller at TiDB's status port: its state, and whether it was probed. */
function cellOf(
  caller: ColumnName,
  observations: readonly EndpointObservation[],
  instances: readonly Instance[] = [tidb, pd],
): readonly [AccessState, boolean] | undefined {
  const evidence = evidenceOf({ instances, observations });
  const { rows } = accessMatrixOf(matrixOf(evidence.inventory, names), observations, runChecks(evidence));
  const cell = rows
    .find(({ instance, endpoint }) => instance.component === 'tidb' && endpoint.name === 'status')
    ?.cells.find(({ column }) => column === caller);
  return cell && [cell.state, cell.probed];
}

t.test('a probed cell has the state of its observation', async (t) => {
  const at = (more: Partial<Observation>) => [observed(tidb, 'status', more)];
  t.strictSame(cellOf('agent', at({})), ['accepted', true]);
  t.strictSame(cellOf('pd', at({ identity: 'pd', ...rejected })), ['wrongly-rejected', true]);
  t.strictSame(cellOf('pd', at({ identity: 'pd', outcome: 'rejected', rejection: { ...peer, side: 'probe' } })), [
    'rejects-server',
    true,
  ]);
  t.strictSame(cellOf('pd', at({ identity: 'pd', outcome: 'timeout' })), ['inconclusive', true]);
  t.strictSame(cellOf('no-certificate', at({ identity: 'no-certificate', ...rejected })), ['rejected', true]);
  t.strictSame(cellOf('no-certificate', at({ identity: 'no-certificate' })), ['wrongly-accepted', true]);
  t.strictSame(cellOf('plaintext', at({ identity: 'plaintext' })), ['wrongly-accepted', true]);
  t.strictSame(cellOf('agent', at({ outcome: 'not-tls' })), ['plaintext', true]);
});

t.test('without an allow-list, a client without a certificate that is accepted is `open`', async (t) => {
  const open = instanceOf('tidb', { name: 'tidb' });
  t.strictSame(cellOf('no-certificate', [observed(open, 'status', { identity: 'no-certificate' })], [open]), [
    'open',
    true,
  ]);
});

t.test('of two certificates of one component the worse state counts', async (t) => {
  const seen = [
    observed(tidb, 'status', { identity: 'pd' }),
    observed(tidb, 'status', { identity: 'pd@10.0.1.2:2379', ...rejected }),
  ];
  t.strictSame(cellOf('pd', seen), ['wrongly-rejected', true]);
});

t.test('where no probe was made, the allow-lists decide', async (t) => {
  t.strictSame(cellOf('pd', []), ['accepted', false]);
  t.strictSame(cellOf('tidb', []), ['wrongly-rejected', false], 'it calls the port and is not listed');
  const plain = { ...tidb, endpoints: tidb.endpoints.map((one) => ({ ...one, scheme: 'http' as const })) };
  t.strictSame(cellOf('pd', [], [plain, pd]), ['plaintext', false]);
  t.equal(cellOf('no-certificate', []), undefined, 'no column for an identity that was not probed');
});
