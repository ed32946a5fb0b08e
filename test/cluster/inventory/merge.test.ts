import t from 'tap';
import type { Instance } from '../../../cluster/inventory/inventory.js';
import { mergeReadings } from '../../../cluster/inventory/merge.js';
import { instanceOf, origin } from '../../support/evidence.js';

const known = instanceOf('tikv', { list: ['tidb'] });

function withEndpoints(instance: Instance, change: (name: string) => Partial<Instance['endpoints'][number]>): Instance {
  return { ...instance, endpoints: instance.endpoints.map((one) => ({ ...one, ...change(one.name) })) };
}

const fromPd: Instance = {
  ...withEndpoints(known, () => ({ allowList: 'unknown', origin: { kind: 'pd', url: 'https://pd:2379' } })),
  version: '8.5.0',
  local: false,
};

function codesOf(readings: Parameters<typeof mergeReadings>[0]): readonly string[] {
  return mergeReadings(readings).disagreements.map(({ code, severity }) => `${severity} ${code}`);
}

t.test('readings of one process become one instance, each adding what the others lack', async (t) => {
  const { instances, disagreements } = mergeReadings([
    { source: 'config', instances: [known] },
    { source: 'pd', instances: [fromPd] },
  ]);
  t.strictSame(disagreements, []);
  t.match(instances, [{ version: '8.5.0', local: true, sources: ['config', 'pd'] }]);
  t.match(instances[0]?.endpoints[0]?.allowList, { value: ['tidb'] }, 'PD reports no list');
  t.equal(instances.length, 1);
});

t.test('two processes stay two', async (t) => {
  const other = withEndpoints(known, () => ({ host: '10.0.0.2' }));
  t.equal(mergeReadings([{ source: 'config', instances: [known, other] }]).instances.length, 2);
});

t.test('one that shares addresses with several joins the first of them', async (t) => {
  const other = withEndpoints(known, () => ({ host: '10.0.0.2' }));
  const between = withEndpoints(known, (name) => (name === 'grpc' ? { host: '10.0.0.2' } : {}));
  const { instances } = mergeReadings([
    { source: 'config', instances: [known, other] },
    { source: 'deployment', instances: [between] },
  ]);
  t.match(instances, [{ sources: ['config', 'deployment'] }, { sources: ['config'] }]);
});

t.test('differences are reported: scheme, address, list', async (t) => {
  const pair = (next: Instance) => [
    { source: 'config' as const, instances: [known] },
    { source: 'deployment' as const, instances: [next] },
  ];
  const http = withEndpoints(known, (name) => (name === 'grpc' ? { scheme: 'http' } : {}));
  t.strictSame(codesOf(pair(http)), ['fail scheme-disagrees']);
  const moved = withEndpoints(known, (name) => (name === 'status' ? { port: 20181 } : {}));
  t.strictSame(codesOf(pair(moved)), ['warn address-disagrees']);
  const byDefault = withEndpoints(known, (name) =>
    name === 'status' ? { port: 20181, origin: { kind: 'default' } } : {},
  );
  t.strictSame(codesOf(pair(byDefault)), [], 'a default was configured by no source');
  const { origin } = known.endpoints[0] ?? { origin: { kind: 'default' as const } };
  const listed = withEndpoints(known, () => ({ allowList: { value: ['tidb', 'pd'], origin } }));
  t.strictSame(codesOf(pair(listed)), ['warn list-disagrees', 'warn list-disagrees']);
  const shuffled = withEndpoints(known, () => ({ allowList: { value: ['tidb'], origin } }));
  t.strictSame(codesOf(pair(shuffled)), [], 'the same names');
});

t.test('absence is reported only for sources that know all instances', async (t) => {
  const other = withEndpoints(known, () => ({ host: '10.0.0.2' }));
  const complete = new Set(['tikv' as const]);
  const config = { source: 'config' as const, instances: [known] };
  t.strictSame(codesOf([config, { source: 'pd', instances: [], complete }]), ['warn not-registered']);
  t.strictSame(codesOf([config, { source: 'pd', instances: [], complete: new Set(['pd']) }]), [], 'stores are unknown');
  const deployment = { source: 'deployment' as const, instances: [known] };
  t.strictSame(codesOf([deployment, { source: 'pd', instances: [fromPd, other], complete }]), ['warn not-in-topology']);
});

t.test('with only a list of alternative names the allow-list stays unknown, whatever a topology reports', async (t) => {
  const tikv = instanceOf('tikv');
  const names = { allowedAlternativeNames: { value: ['tidb.example'], origin } };
  const here = {
    ...tikv,
    security: { ...tikv.security, ...names },
    endpoints: tikv.endpoints.map((endpoint) => ({ ...endpoint, allowList: 'unknown' as const })),
  };
  const { instances } = mergeReadings([
    { source: 'config', instances: [here] },
    { source: 'deployment', instances: [tikv] },
  ]);
  t.match(instances, [{ endpoints: [{ allowList: 'unknown' }, { allowList: 'unknown' }] }]);
});
