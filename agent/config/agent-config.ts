import type { Acceptance } from '../../checks/accepted.js';
import type { ComponentFiles } from '../../cluster/inventory/component-files.js';
import type { DeclaredInstance } from '../../cluster/inventory/declared.js';
import type { Client } from '../../cluster/inventory/inventory.js';
import type { CredentialPaths, KeyPairPaths } from '../../credentials/paths.js';
import type { ProxySettings } from '../../proxy/settings.js';
import type { ValuesOf } from './key.js';
import type { sections } from './keys.js';

type Section<Name extends keyof typeof sections> = ValuesOf<(typeof sections)[Name]>;

/** What `run` and `check` work with: the values of keys.ts, paths absolute, durations in milliseconds. */
export interface AgentConfig extends Section<''>, Section<'cluster'> {
  readonly security: CredentialPaths | undefined;
  readonly instances: readonly DeclaredInstance[];
  /** What all instances of a component have in common. */
  readonly components: readonly ComponentFiles[];
  readonly clients: readonly Client[];
  /** Findings that do not alert for a time. */
  readonly acceptances: readonly Acceptance[];
  readonly probe: Section<'probe'>;
  /** Where events are kept besides memory. */
  readonly historyFile: string | undefined;
  /** A certificate of the cluster's CA with a name on no allow-list. */
  readonly wrongName: KeyPairPaths | undefined;
  readonly web: WebConfig;
  /** Listeners that run beside the agent. */
  readonly proxies: readonly ProxySettings[];
}

export interface WebConfig {
  readonly host: string;
  readonly port: number;
  readonly configFile: string | undefined;
}

export type Scope = AgentConfig['scope'];
