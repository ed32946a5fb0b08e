import type { ClientName, ComponentName, EndpointName, EndpointProfile } from '../components/profile.js';
import type { Origin, Problem, Sourced } from '../documents/origin.js';

/** The names a port admits. `unknown`: nobody told. `none`: no list is set. */
export type AllowList = Sourced<readonly string[]> | 'none' | 'unknown';

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
  /** Milliseconds by which its copy of the files and the one here may be apart after a change. */
  readonly copyDelay?: number;
  /** Who told of it, the one that counts most first. */
  readonly sources?: readonly SourceName[];
}

/** `process`: a command line; `config`: a component's own file; `deployment`: a topology or manifest. */
export type SourceName = 'declared' | 'process' | 'config' | 'deployment' | 'pd';

/** Paths of credential files with where each was configured. */
export interface SourcedPaths {
  /** Absolute paths; relative ones are resolved as the component would. */
  readonly ca: Sourced<string> | undefined;
  readonly cert: Sourced<string> | undefined;
  readonly key: Sourced<string> | undefined;
}

export interface InstanceSecurity extends SourcedPaths {
  readonly allowedCommonNames: Sourced<readonly string[]> | undefined;
  /** A list of alternative names, which only newer builds hold callers against. */
  readonly allowedAlternativeNames?: Sourced<readonly string[]>;
  /** The pair it calls others with, where that is another one. */
  readonly callsWith?: SourcedPaths;
  /** Its setting for asking callers for certificates, on ports that have one. */
  readonly asksForCertificates?: boolean;
}

/** One port of one instance. */
export interface Endpoint {
  readonly name: EndpointName;
  readonly host: string;
  readonly port: number;
  readonly origin: Origin;
  /** What the configuration says runs there. */
  readonly scheme: 'https' | 'http';
  readonly allowList: AllowList;
  readonly profile: EndpointProfile;
}

/** Somebody who calls components without being one. */
export interface Client {
  readonly name: ClientName;
  readonly commonName: string | undefined;
  readonly origin: Origin;
}

export interface Inventory {
  readonly instances: readonly Instance[];
  readonly clients: readonly Client[];
  readonly problems: readonly Problem[];
  /** Where two sources say different things of one instance. */
  readonly disagreements: readonly Problem[];
}
