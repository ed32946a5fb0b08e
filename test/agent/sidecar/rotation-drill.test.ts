import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { Authority } from '../../../certs-dev/authority.js';
import { componentCommonNames } from '../../../certs-dev/names.js';
import type { EndpointProfile } from '../../../cluster/components/profile.js';
import { profiles } from '../../../cluster/components/profiles.js';
import type { Endpoint } from '../../../cluster/inventory/inventory.js';
import type { DevCluster } from '../../../devcluster/dev-cluster.js';
import { type Callee, Callers, type Member, members } from '../../support/callers.js';
import { devCluster } from '../../support/dev-cluster.js';
import { needs } from '../../support/peers.js';
import { etcdProgram, RealEtcd } from '../../support/real-etcd.js';
import { started } from '../../support/real-peer.js';

// They wait for most of their time.
t.jobs = 2;

/** Key, certificate and CA behind one link, so that they change at once. */
function linkTls(cluster: DevCluster, member: Member): void {
  const tls = dirname(cluster.files(member).cert);
  renameSync(tls, `${tls}-0`);
  symlinkSync(`${tls}-0`, tls);
}

let runtime = 0;

function switchTls(cluster: DevCluster, member: Member, change: Partial<Record<'ca' | 'cert' | 'key', string>>): void {
  const files = cluster.files(member);
  const tls = dirname(files.cert);
  const next = `${tls}-${++runtime}`;
  mkdirSync(next);
  for (const name of ['ca', 'key', 'cert'] as const) {
    const text = change[name] ?? readFileSync(files[name], 'utf8');
    writeFileSync(join(next, files[name].slice(tls.length + 1)), text);
  }
  symlinkSync(next, `${tls}-link`);
  renameSync(`${tls}-link`, tls);
}

/** A TCP connect that is closed at once, which makes a TiKV status port read its files. */
function touchPort(port: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end());
    socket.on('close', () => resolve());
    socket.resume();
  });
}

async function restartAll(cluster: DevCluster, callers: Callers, etcds: readonly RealEtcd[]): Promise<void> {
  for (const member of members) {
    cluster.restart(member);
    for (const etcd of member === 'pd' ? etcds : []) {
      await etcd.restart();
    }
    callers.restart(member);
    await callers.rounds(1);
  }
}

async function leavesOf(authority: Authority) {
  const pairs = new Map<Member, { readonly cert: string; readonly key: string }>();
  for (const member of members) {
    const { certificatePem: cert, keyPem: key } = await authority.issue({
      commonName: componentCommonNames[member],
      dns: ['localhost'],
      ip: ['127.0.0.1'],
    });
    pairs.set(member, { cert, key });
  }
  return pairs;
}

const python = '/usr/lib/python3/dist-packages/grpc/__init__.py';

/** A real C-core server on the files of the dev cluster's TiKV, which compares the certificate's modification time as TiKV does. */
async function realTikv(t: Test, cluster: DevCluster): Promise<readonly Callee[]> {
  const { skip } = needs(python, 'python3-grpcio');
  if (skip !== false) {
    t.comment(`without a real C-core server: ${skip}`);
    return [];
  }
  const { ca, cert, key } = cluster.files('tikv');
  const script = join(import.meta.dirname, '../../real-peers/grpc_server.py');
  const [, port] = await started(t, '/usr/bin/python3', [script, ca, cert, key, 'TiDB-Server', 'mtime'], /READY (\d+)/);
  return [['tikv', [endpointAt('tikv', 'grpc', Number(port), { calledBy: ['tidb'] })]]];
}

/** Two real etcds on the files of the dev cluster's PD. */
async function realEtcds(t: Test, cluster: DevCluster): Promise<readonly RealEtcd[]> {
  const { skip } = needs(etcdProgram, 'etcd-server');
  if (skip !== false) {
    t.comment(`without real etcd: ${skip}`);
    return [];
  }
  const files = cluster.files('pd');
  return [await RealEtcd.start(t, files), await RealEtcd.start(t, files)];
}

function endpointAt(
  member: Member,
  name: EndpointProfile['name'],
  port: number,
  change: Partial<EndpointProfile>,
): Endpoint {
  const profile = profiles[member].endpoints.find((one) => one.name === name);
  if (profile === undefined) {
    throw new TypeError(`${member} has no port ${name}`);
  }
  const origin = { kind: 'default' } as const;
  const rest = { origin, scheme: 'https', allowList: 'none' } as const;
  return { name, host: '127.0.0.1', port, ...rest, profile: { ...profile, ...change } };
}

t.test('a whole CA is replaced under continuous calls: in the order that rehearse prints none fails', async (t) => {
  const cluster = await devCluster(t, { members: { pd: 1, tidb: 1, tikv: 1 } });
  for (const member of members) {
    linkTls(cluster, member);
  }
  const etcds = await realEtcds(t, cluster);
  const probe = { protocol: 'http', path: '/health', accept: 'etcd-health' } as const;
  const stores = etcds.map(({ port }) => endpointAt('pd', 'client', port, { probe, calledBy: ['tidb', 'tikv'] }));
  const callers = new Callers(cluster, [...(await realTikv(t, cluster)), ['pd', stores]]);
  const running = callers.run();
  await callers.rounds(2);
  const next = await Authority.create({ commonName: 'Next CA' });
  const bundle = cluster.authority.certificatePem + next.certificatePem;

  for (const member of members) {
    switchTls(cluster, member, { ca: bundle });
  }
  await callers.rounds(2);
  await restartAll(cluster, callers, etcds);
  for (const [member, pair] of await leavesOf(next)) {
    switchTls(cluster, member, pair);
    await callers.rounds(1);
  }
  await touchPort(cluster.port('tikv', 'status'));
  await callers.rounds(2);
  for (const member of members) {
    switchTls(cluster, member, { ca: next.certificatePem });
  }
  await restartAll(cluster, callers, etcds);
  await callers.rounds(2);
  callers.stop();
  await running;
  t.strictSame(callers.failures, []);
  for (const store of stores) {
    t.match(await callers.ask('tidb', store), { outcome: 'accepted' }, 'each etcd, under the new CA alone');
  }
  t.comment(`${callers.calls} calls, none failed`);
});

t.test('leaves before the bundle: callers fail as rehearse predicts', async (t) => {
  const cluster = await devCluster(t, { members: { pd: 1, tidb: 1, tikv: 1 } });
  for (const member of members) {
    linkTls(cluster, member);
  }
  const callers = new Callers(cluster);
  const running = callers.run();
  await callers.rounds(2);
  t.strictSame(callers.failures, []);
  const next = await Authority.create({ commonName: 'Next CA' });
  const leaves = await leavesOf(next);
  switchTls(cluster, 'pd', leaves.get('pd') ?? {});
  await callers.rounds(2);
  callers.stop();
  await running;
  t.ok(
    callers.failures.some((line) => line.startsWith('tikv -> pd/client')),
    'callers reject its certificate',
  );
  t.ok(
    callers.failures.some((line) => line.startsWith('pd -> tikv/grpc')),
    'and its certificate is rejected',
  );
});
