import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Identities } from '../agent/collect/identities.js';
import { NegativeProbes } from '../agent/collect/negative-probes.js';
import { ObservationStore } from '../agent/collect/observation-store.js';
import { PortAccess } from '../agent/collect/port-access.js';
import { PortLocks } from '../agent/collect/port-locks.js';
import { negativeTargetsOf, type Target, targetsOf } from '../agent/collect/targets.js';
import { UnauthorizedClients } from '../agent/collect/unauthorized-clients.js';
import type { Scope } from '../agent/config/agent-config.js';
import { defaults } from '../agent/config/load.js';
import { componentCommonNames, type PairName } from '../certs-dev/names.js';
import { type Pki, writePki } from '../certs-dev/pki.js';
import { buildInventory } from '../cluster/inventory/builder.js';
import type { Instance, Inventory } from '../cluster/inventory/inventory.js';
import { CredentialRepository } from '../credentials/repository.js';

const pds = 5;
const origin = { kind: 'default' } as const;
const allowedCommonNames = ['tidb', 'tikv', 'pd', 'agent'].map((name) => componentCommonNames[name as PairName]);

export interface AgentOfMany {
  readonly inventory: Inventory;
  readonly identities: Identities;
  readonly negativeProbes: NegativeProbes;
  readonly targets: readonly Target[];
  readonly negativeTargets: readonly Target[];
}

/** How an agent knows the cluster: from the files of its node alone, or all of it, as from PD. */
export interface Variant {
  readonly name: string;
  readonly knows: 'node' | 'cluster';
  readonly peers: number;
}

export interface Cluster {
  /** What runs on each node. */
  readonly nodes: readonly (readonly Instance[])[];
  /** The agent of one node, made when it is asked for: a thousand that know everything are too many at once. */
  agentOf(node: number, variant: Variant): AgentOfMany;
  /** The one agent that checks everything from outside. */
  central(): AgentOfMany;
}

/**
 * A cluster of nodes with 3 instances each: a TiDB and two TiKV, but on five of them a PD in place of one TiKV.
 * The pairs are real files, one per component.
 */
export async function createCluster(size: number): Promise<Cluster> {
  const pki = await writePki(mkdtempSync(join(tmpdir(), 'tidb-mtls-scale-')));
  const nodes = Array.from({ length: size }, (_, node) => instancesOf(node, pki));
  const everything = nodes.flat();
  const own = pathsOf(pki, 'agent');
  const repository = new CredentialRepository();
  // The files are the same on all nodes, and so are the unauthorized clients: made once for all.
  let first: Identities | undefined;
  const unauthorizedClients = new UnauthorizedClients(undefined);
  const access = new PortAccess({ locks: new PortLocks(), repository, now: () => new Date() });
  const agent = (instances: readonly Instance[], scope: Scope, peers: number): AgentOfMany => {
    const inventory = { instances, clients: [], problems: [], disagreements: [] };
    const identities = new Identities(own, instances, { onReload: () => undefined, repository }, first);
    const { timeout, resumption } = defaults.probe;
    const store = new ObservationStore();
    const negativeProbes = new NegativeProbes({
      identities,
      unauthorizedClients,
      access,
      store,
      timeout,
      resumption,
      probeAgain: async () => [],
      fallen: new Set(),
    });
    first ??= identities;
    const targets = targetsOf(inventory, { scope, peers });
    return { inventory, identities, negativeProbes, targets, negativeTargets: negativeTargetsOf(inventory, scope) };
  };
  return {
    nodes,
    agentOf: (node, { knows, peers }) => {
      const here = nodes[node] ?? [];
      const local = new Set(here);
      const known = knows === 'node' ? here : everything;
      return agent(
        known.map((one) => (local.has(one) ? { ...one, local: true } : one)),
        'node',
        peers,
      );
    },
    central: () => agent(everything, 'cluster', defaults.probe.peers),
  };
}

function instancesOf(node: number, pki: Pki): readonly Instance[] {
  const host = `10.${node >> 8}.${node & 255}.1`;
  const tikv = (port: number) => ({
    component: 'tikv' as const,
    address: `${host}:${port}`,
    addresses: { status: `${host}:${port + 20}` },
    ...pathsOf(pki, 'tikv'),
  });
  const third =
    node < pds
      ? {
          component: 'pd' as const,
          address: `${host}:2379`,
          addresses: { peer: `${host}:2380` },
          ...pathsOf(pki, 'pd'),
        }
      : tikv(20_161);
  const tidb = { component: 'tidb' as const, address: `${host}:10080`, ...pathsOf(pki, 'tidb') };
  const { instances } = buildInventory({
    instances: [tidb, tikv(20_160), third].map((one) => ({ ...one, origin, allowedCommonNames })),
  });
  // Whose files they are depends on who looks.
  return instances.map((one): Instance => ({ ...one, local: false }));
}

function pathsOf(pki: Pki, component: 'tidb' | 'tikv' | 'pd' | 'agent') {
  const { certPath, keyPath } = pki.pair(component);
  return { ca: pki.caPath, cert: certPath, key: keyPath };
}
