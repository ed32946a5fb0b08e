import type { DeclaredInstance } from '../../cluster/inventory/builder.js';
import type { ComponentFiles } from '../../cluster/inventory/component-files.js';
import type { Client } from '../../cluster/inventory/inventory.js';
import type { CredentialPaths, KeyPairPaths } from '../../credentials/paths.js';
import type { ProxySettings } from '../../proxy/settings.js';
import type { Shard } from './shard.js';
import type { TargetRule } from './target-rules.js';

/** Everything `run` and `check` are told; paths absolute, durations in milliseconds. */
export interface AgentConfig {
  readonly scope: Scope;
  /** The part of the cluster's ports that is this agent's; undefined: all. */
  readonly shard?: Shard | undefined;
  readonly security: CredentialPaths | undefined;
  /** Globs of component config files. */
  readonly configs: readonly string[];
  /** TiUP topologies, meta.yaml, Kubernetes manifests. */
  readonly topology: readonly string[];
  /** Client URLs of PD, asked for the rest of the cluster. */
  readonly pd: readonly string[];
  /** Whether the command lines of this node's components are read. */
  readonly processes: boolean;
  /** Time between two looks at PD, files and processes for components that came or went. */
  readonly refresh: number;
  readonly instances: readonly DeclaredInstance[];
  /** What all instances of a component have alike. */
  readonly components?: readonly ComponentFiles[];
  /** The name by which callers reach this node's components, where their files say loopback. */
  readonly host?: string | undefined;
  readonly clients: readonly Client[];
  readonly probe: ProbeConfig;
  /** What is done for a port that stayed on its old certificate: nothing, or the harmless cure. */
  readonly reload: 'observe' | 'trigger';
  /** Where the history is kept besides memory. */
  readonly historyFile: string | undefined;
  /** A pair of the cluster's CA with a name on no list, if the operator has one. */
  readonly wrongName: KeyPairPaths | undefined;
  readonly web: WebConfig;
  /** Listeners that run beside the agent. */
  readonly proxies: readonly ProxySettings[];
}

export interface ProbeConfig {
  readonly interval: number;
  readonly timeout: number;
  readonly concurrency: number;
  /** Of the ports of one kind on other nodes that this node's components call, at most so many. */
  readonly peers: number;
  /** Time between two rounds of strangers at one port; undefined: none are sent. */
  readonly rejections: number | undefined;
  /** Whether a session is taken and offered again without a certificate. */
  readonly resumption: boolean;
  /** Where `/probe` may go besides the inventory, without our certificate. */
  readonly allowTargets: readonly TargetRule[];
  /** Where it may go and show our certificate. */
  readonly identityTargets: readonly TargetRule[];
}

export interface WebConfig {
  readonly host: string;
  readonly port: number;
  readonly configFile: string | undefined;
}

export type Scope = 'node' | 'cluster';
