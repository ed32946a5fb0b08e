import { credentialKey, type Evidence } from '../../checks/check.js';
import { partiesOf } from '../../cluster/components/parties.js';
import type { Instance, Inventory } from '../../cluster/inventory/inventory.js';
import { CredentialError } from '../../credentials/error.js';
import { exceptionText } from '../../credentials/error-text.js';
import { type CredentialFacts, nothingRead } from '../../credentials/facts.js';
import { gatherCredentialFacts } from '../../credentials/gather.js';
import type { ConfiguredPaths, CredentialPaths } from '../../credentials/paths.js';
import type { CredentialRepository } from '../../credentials/repository.js';
import { agentParties, type Parties } from '../../credentials/verification.js';

/** The credential files of this node as they were read last. */
export type NodeCredentials = Pick<Evidence, 'credentials' | 'calling' | 'agent'>;

export const unread: NodeCredentials = { credentials: new Map(), calling: new Map(), agent: undefined };

/** Reads the files of each local instance, and the agent's own. */
export async function readNodeCredentials(
  inventory: Inventory,
  agent: CredentialPaths | undefined,
  repository: CredentialRepository,
  before: NodeCredentials,
  now: Date,
): Promise<NodeCredentials> {
  const read = async (paths: ConfiguredPaths, parties: Parties, earlier: CredentialFacts | undefined) =>
    unlessUnread(
      await gatherCredentialFacts(paths, now, repository, parties).catch((error: unknown) => unusable(paths, error)),
      earlier,
    );
  const credentials = new Map<string, CredentialFacts>();
  const calling = new Map<string, CredentialFacts>();
  for (const instance of localInstances(inventory)) {
    const key = credentialKey(instance);
    const { served, called } = pathsOf(instance);
    const parties = partiesOf(instance.component, instance.version);
    credentials.set(key, await read(served, parties, before.credentials.get(key)));
    if (called !== undefined) {
      calling.set(key, await read(called, parties, before.calling.get(key)));
    }
  }
  return {
    credentials,
    calling,
    agent: agent === undefined ? undefined : await read(agent, agentParties, before.agent),
  };
}

/** Every file that is read. */
export function credentialFiles(inventory: Inventory, agent: CredentialPaths | undefined): readonly string[] {
  const paths = localInstances(inventory).flatMap((instance) => Object.values(pathsOf(instance)));
  return [agent, ...paths].flatMap((one) => [one?.ca, one?.cert, one?.key]).filter((path) => path !== undefined);
}

export function localInstances(inventory: Inventory): readonly Instance[] {
  return inventory.instances.filter((instance) => instance.local);
}

/** The facts where reading the files of one instance threw, a defect of the agent. Those of the others are read. */
function unusable(paths: ConfiguredPaths, cause: unknown): CredentialFacts {
  const message = `could not be evaluated: ${exceptionText(cause)}`;
  const hint = 'report this as a fault of tidb-mtls-agent; it says nothing about the file';
  const errors = [new CredentialError('read_failed', paths.cert ?? paths.ca ?? '', { message, hint, cause })];
  return { ...nothingRead, paths, errors };
}

/** The earlier facts where this process had no descriptor left to read the files. */
function unlessUnread(facts: CredentialFacts, before: CredentialFacts | undefined): CredentialFacts {
  return before !== undefined && facts.errors.some(({ code }) => code === 'no_descriptors') ? before : facts;
}

/** The files that an instance serves with. */
export function servedPathsOf({ security }: Instance): ConfiguredPaths {
  return { ca: security.ca?.value, cert: security.cert?.value, key: security.key?.value };
}

/** The files that an instance serves with, and those that it calls others with where they are others. */
function pathsOf(instance: Instance): {
  readonly served: ConfiguredPaths;
  readonly called: ConfiguredPaths | undefined;
} {
  const { callsWith } = instance.security;
  const called = { ca: callsWith?.ca?.value, cert: callsWith?.cert?.value, key: callsWith?.key?.value };
  const none = called.ca === undefined && called.cert === undefined && called.key === undefined;
  return { served: servedPathsOf(instance), called: none ? undefined : called };
}
