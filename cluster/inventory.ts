import type { ComponentName, EndpointName, EndpointProfile } from './profile.js';

/** Where a value came from; printed as `file:line:column`, `--flag` or `default`. */
export type Origin =
  | { readonly kind: 'file'; readonly file: string; readonly line: number; readonly column: number }
  | { readonly kind: 'flag'; readonly name: string }
  | { readonly kind: 'default' };

export interface Sourced<T> {
  readonly value: T;
  readonly origin: Origin;
}

/** One component process: what should be. */
export interface Instance {
  readonly component: ComponentName;
  /** The label `instance`, as TiDB's own monitoring calls it. */
  readonly name: string;
  readonly version: string | undefined;
  readonly configFile: string | undefined;
  readonly security: InstanceSecurity;
  readonly endpoints: readonly Endpoint[];
  /** Hosts that callers use, which the certificate must cover. */
  readonly advertisedHosts: readonly Sourced<string>[];
  /** True when the config and files are on this node (known by a config file or paths). */
  readonly local: boolean;
}

export interface InstanceSecurity {
  /** Absolute paths; relative ones are resolved as the component would. */
  readonly ca: Sourced<string> | undefined;
  readonly cert: Sourced<string> | undefined;
  readonly key: Sourced<string> | undefined;
  readonly allowedCommonNames: Sourced<readonly string[]> | undefined;
}

/** One port of one instance. */
export interface Endpoint {
  readonly name: EndpointName;
  readonly host: string;
  readonly port: number;
  readonly origin: Origin;
  /** What the configuration says runs there. */
  readonly scheme: 'https' | 'http';
  readonly profile: EndpointProfile;
}

/** One line for the operator: what, where, why, cure. */
export interface Problem {
  /** Closed list, also used by lint output: `toml-syntax`, `unknown-key`, `wrong-type` … */
  readonly code: string;
  readonly severity: 'warn' | 'fail';
  readonly origin: Origin;
  readonly message: string;
  readonly cure: string;
}

export interface Inventory {
  readonly instances: readonly Instance[];
  readonly problems: readonly Problem[];
}
