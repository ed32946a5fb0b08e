import { join } from 'node:path';
import type { ComponentName } from '../../cluster/components/profile.js';
import { readComponentConfig } from '../../cluster/inventory/component-config.js';
import type { Endpoint } from '../../cluster/inventory/inventory.js';
import { CredentialStore } from '../../credentials/credential-store.js';
import type { DevCluster } from '../../devcluster/dev-cluster.js';
import { withoutStall } from '../../probes/event-loop-stall.js';
import { identityOf } from '../../probes/identity.js';
import { probeEndpoint } from '../../probes/probe.js';
import { targetOf } from '../../probes/target.js';
import { patience } from './eventually.js';

export const members = ['pd', 'tidb', 'tikv'] as const satisfies readonly ComponentName[];
export type Member = (typeof members)[number];

/** Whose files, and the ports that are as good as each other: a client takes the next one where one does not answer. */
export type Callee = readonly [Member, readonly Endpoint[]];

/** Each component calls the ports it needs, over and over, as a process that read its CA at its start. */
export class Callers {
  readonly failures: string[] = [];
  calls = 0;
  readonly #stores = new Map<Member, CredentialStore>();
  readonly #cluster: DevCluster;
  readonly #callees: readonly Callee[];
  #running = true;

  /** `others` are real servers that use the files of a member. */
  constructor(cluster: DevCluster, others: readonly Callee[] = []) {
    this.#cluster = cluster;
    const agent = members.flatMap((member) => {
      const { instance } = readComponentConfig(join(cluster.directory, member, 'conf', `${member}.toml`), member);
      return (instance?.endpoints ?? []).map((endpoint): Callee => [member, [endpoint]]);
    });
    this.#callees = [...agent, ...others];
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
    return withoutStall(() =>
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
