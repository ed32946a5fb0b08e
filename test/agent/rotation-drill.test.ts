import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import { componentCommonNames } from '../../certs-dev/names.js';
import { readComponentConfig } from '../../cluster/component-config.js';
import type { Endpoint } from '../../cluster/inventory.js';
import type { ComponentName, EndpointProfile } from '../../cluster/profile.js';
import { profiles } from '../../cluster/profiles.js';
import { CredentialStore } from '../../credentials/credential-store.js';
import type { DevCluster } from '../../devcluster/dev-cluster.js';
import { identityOf } from '../../probes/identity.js';
import { probeEndpoint } from '../../probes/probe.js';
import { askAwake } from '../../probes/pulse.js';
import { targetOf } from '../../probes/target.js';
import { devCluster } from '../support/dev-cluster.js';
import { patience } from '../support/eventually.js';
import { needs } from '../support/peers.js';
import { etcdProgram, RealEtcd } from '../support/real-etcd.js';
import { started } from '../support/real-peer.js';

const members = ['pd', 'tidb', 'tikv'] as const satisfies readonly ComponentName[];
type Member = (typeof members)[number];

/** Key, certificate and CA behind one link, so that they change at once. */
function linkTls(cluster: DevCluster, member: Member): void {
  const tls = dirname(cluster.files(member).cert);
  renameSync(tls, `${tls}-0`);
  symlinkSync(`${tls}-0`, tls);
}

let generation = 0;

function switchTls(cluster: DevCluster, member: Member, change: Partial<Record<'ca' | 'cert' | 'key', string>>): void {
  const files = cluster.files(member);
  const tls = dirname(files.cert);
  const next = `${tls}-${++generation}`;
  mkdirSync(next);
  for (const name of ['ca', 'key', 'cert'] as const) {
    const text = change[name] ?? readFileSync(files[name], 'utf8');
    writeFileSync(join(next, files[name].slice(tls.length + 1)), text);
  }
  symlinkSync(next, `${tls}-link`);
  renameSync(`${tls}-link`, tls);
}

/** A bare connect and close, which has a TiKV status port look at its files. */
function touchPort(port: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end());
    socket.on('close', () => resolve());
    socket.resume();
  });
}

/** Whose files, and the ports that are as good as each other: a client takes the next one where one does not answer. */
type Callee = readonly [Member, readonly Endpoint[]];

/** Each component calls the ports it needs, over and over, as a process that read its CA at its start. */
class Callers {
  readonly failures: string[] = [];
  calls = 0;
  readonly #stores = new Map<Member, CredentialStore>();
  readonly #cluster: DevCluster;
  readonly #callees: readonly Callee[];
  #running = true;

  /** `others` are real servers that use the files of a member. */
  constructor(cluster: DevCluster, others: readonly Callee[] = []) {
    this.#cluster = cluster;
    const own = members.flatMap((member) => {
      const { instance } = readComponentConfig(join(cluster.directory, member, 'conf', `${member}.toml`), member);
      return (instance?.endpoints ?? []).map((endpoint): Callee => [member, [endpoint]]);
    });
    this.#callees = [...own, ...others];
    for (const member of members) {
      this.restart(member);
    }
  }

  restart(member: Member): void {
    this.#stores.set(member, new CredentialStore(this.#cluster.files(member)));
  }

  run(): Promise<unknown> {
    const pairs = members.flatMap((caller) =>
      this.#callees
        .filter(([, endpoints]) => endpoints.some(({ profile }) => profile.calledBy.includes(caller)))
        .map((callee) => [caller, callee] as const),
    );
    return Promise.all(
      pairs.map(async ([caller, [callee, endpoints]]) => {
        while (this.#running) {
          const details: string[] = [];
          for (const endpoint of endpoints) {
            const { outcome, detail } = await this.ask(caller, endpoint);
            if (outcome === 'accepted') {
              details.length = 0;
              break;
            }
            details.push(`${caller} -> ${callee}/${endpoint.name}: ${detail}`);
          }
          this.calls++;
          this.failures.push(...details);
        }
      }),
    );
  }

  ask(caller: Member, endpoint: Endpoint) {
    const store = this.#stores.get(caller);
    if (store === undefined) {
      throw new TypeError('every member is a caller');
    }
    return askAwake(() =>
      probeEndpoint(targetOf(endpoint), identityOf(caller, store.current()), { timeout: patience }),
    );
  }

  /** Until each pair has called at least once more. */
  async rounds(count: number): Promise<void> {
    const target = this.calls + count * 15;
    while (this.calls < target) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  stop(): void {
    this.#running = false;
  }
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

/** A real C-core server on the files of the dev cluster's TiKV, which looks at the certificate's time as TiKV does. */
async function realTikv(t: Test, cluster: DevCluster): Promise<readonly Callee[]> {
  const { skip } = needs(python, 'python3-grpcio');
  if (skip !== false) {
    t.comment(`without a real C-core server: ${skip}`);
    return [];
  }
  const { ca, cert, key } = cluster.files('tikv');
  const script = join(import.meta.dirname, '../real-peers/grpc_server.py');
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

t.test('a whole CA is replaced under continuous calls: in the order that rehearse prints not one fails', async (t) => {
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
    t.match(await callers.ask('tidb', store), { outcome: 'accepted' }, 'each etcd by itself, under the new CA alone');
  }
  t.comment(`${callers.calls} calls, none failed`);
});

t.test('leaves before the bundle: what rehearse predicts, callers then meet', async (t) => {
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
    'callers refuse it',
  );
  t.ok(
    callers.failures.some((line) => line.startsWith('pd -> tikv/grpc')),
    'and it is refused',
  );
});
