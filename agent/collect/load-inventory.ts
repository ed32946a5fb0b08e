import type { SecureContext } from 'node:tls';
import { globSync } from 'tinyglobby';
import type { Discovery } from '../../cluster/discovery/discover.js';
import type { Problem } from '../../cluster/documents/origin.js';
import { buildInventory } from '../../cluster/inventory/builder.js';
import type { Inventory } from '../../cluster/inventory/inventory.js';
import { CredentialStore } from '../../credentials/credential-store.js';
import { usable } from '../../credentials/error.js';
import type { CredentialRepository } from '../../credentials/repository.js';
import type { AgentConfig } from '../config/agent-config.js';
import { shardOf } from '../config/shard.js';
import type { PortLocks } from './port-locks.js';

type Sources = Pick<
  AgentConfig,
  | 'configs'
  | 'topology'
  | 'pd'
  | 'processes'
  | 'instances'
  | 'components'
  | 'host'
  | 'clients'
  | 'security'
  | 'probe'
  | 'shard'
>;

/** What reading the inventory shares with everything else that reads files and connects to ports. */
export interface Shared {
  readonly repository: CredentialRepository;
  readonly locks: PortLocks;
}

export interface Loaded {
  readonly inventory: Inventory;
  readonly discovery: Discovery | undefined;
}

/**
 * Reads the inventory from every source of the configuration. A glob that matches no file is a problem, not an error; where PD
 * does not answer, its former answer still counts.
 */
export async function loadInventory(config: Sources, shared: Shared, before?: Discovery): Promise<Loaded> {
  const problems: Problem[] = [];
  const files = [...config.configs, ...config.topology].flatMap((pattern) => filesOf(pattern, problems));
  const discovery = config.pd.length === 0 ? undefined : await ask(config, shared, before);
  const { instances, components, host, clients, processes, pd } = config;
  const ca = config.security?.ca;
  const known = { instances, components, host, clients, processes, discovery, pd, ca };
  const built = buildInventory({ files: [...new Set(files)].sort(), ...known });
  const inventory = { ...built, problems: [...problems, ...built.problems] };
  return { inventory: shardOf(inventory, config.shard), discovery };
}

function filesOf(pattern: string, problems: Problem[]): readonly string[] {
  const found = globSync(pattern, { absolute: true, dot: true, onlyFiles: false, expandDirectories: false });
  if (found.length === 0) {
    problems.push({
      code: 'no-config-file',
      severity: 'fail',
      origin: { kind: 'pattern', pattern },
      message: 'matches no file',
      remediation: 'check the path, and that the agent may read its folders',
    });
  }
  return found.map((file) => file.replace(/\/$/, ''));
}

async function ask(
  { pd, security, probe }: Sources,
  { repository, locks }: Shared,
  before: Discovery | undefined,
): Promise<Discovery> {
  // Loads gRPC, which an agent without a PD does not need.
  const { discover } = await import('../../cluster/discovery/discover.js');
  const { signal } = new AbortController();
  const found = await discover(pd, {
    secureContext: secureContextOf(security, repository),
    timeout: probe.timeout,
    exclusively: (address, connect) => locks.run(address, signal, connect),
  });
  return found.complete.size === 0 && before !== undefined ? { ...before, problems: found.problems } : found;
}

function secureContextOf(security: Sources['security'], repository: CredentialRepository): SecureContext | undefined {
  // Files that cannot be used are reported by the check agent-certificate.
  return security === undefined
    ? undefined
    : usable(() => new CredentialStore(security, { repository }).current().secureContext);
}
