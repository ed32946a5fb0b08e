import type { ClientName, ComponentName, EndpointName, EndpointProfile } from '../components/profile.js';
import type { Origin, Problem, Sourced } from '../documents/origin.js';

/** The names that a port accepts. `unknown`: no source reports the list. `none`: no list is set. */
export type AllowList = Sourced<readonly string[]> | 'none' | 'unknown';

/** One component process as it is configured. */
export interface Instance {
  readonly component: ComponentName;
  /** The label `instance` of TiDB's own monitoring. */
  readonly name: string;
  readonly version: string | undefined;
  readonly configFile: string | undefined;
  readonly security: InstanceSecurity;
  readonly endpoints: readonly Endpoint[];
  /** The ports that no source gives an address: its file does not, and its command line is unknown. A default is no statement. */
  readonly unlocated?: readonly EndpointName[];
  /** True where no source gives its command line, whose flags override its file. */
  readonly flagsUnknown?: boolean;
  /** The hosts that callers dial, which the certificate must cover. */
  readonly advertisedHosts: readonly Sourced<string>[];
  /** True when its configuration or its files are on this node. */
  readonly local: boolean;
  /** Milliseconds within which its copy of the files and the one here become equal after a change. */
  readonly copyDelay?: number;
  /** The sources that report it, the preferred one first. */
  readonly sources?: readonly SourceName[];
}

/** `process`: a command line; `config`: a component's own file; `deployment`: a topology or manifest. */
export type SourceName = 'declared' | 'process' | 'config' | 'deployment' | 'pd';

/** Paths of credential files with where each was configured. */
export interface SourcedPaths {
  /** Absolute paths; relative ones are resolved as the component does. */
  readonly ca: Sourced<string> | undefined;
  readonly cert: Sourced<string> | undefined;
  readonly key: Sourced<string> | undefined;
}

export interface InstanceSecurity extends SourcedPaths {
  /** The paths in its own configuration, where others are declared for the agent. */
  readonly inConfiguration?: SourcedPaths;
  readonly allowedCommonNames: Sourced<readonly string[]> | undefined;
  /** A list of alternative names, which only newer builds compare. */
  readonly allowedAlternativeNames?: Sourced<readonly string[]>;
  /** The credentials that it calls others with, where they differ. */
  readonly callsWith?: SourcedPaths;
  /** Its setting for requesting client certificates, on ports that have one. */
  readonly asksForCertificates?: boolean;
}

/** One port of one instance. */
export interface Endpoint {
  readonly name: EndpointName;
  readonly host: string;
  readonly port: number;
  readonly origin: Origin;
  /** The scheme that the configuration gives the port. */
  readonly scheme: 'https' | 'http';
  /** True where the scheme is only the default of a file, and flags that no source gives may set another. */
  readonly schemeAssumed?: boolean;
  readonly allowList: AllowList;
  readonly profile: EndpointProfile;
}

/** A tool that calls components. */
export interface Client {
  readonly name: ClientName;
  readonly commonName: string | undefined;
}

export interface Inventory {
  readonly instances: readonly Instance[];
  readonly clients: readonly Client[];
  readonly problems: readonly Problem[];
  readonly disagreements: readonly Disagreement[];
  /** How many instances PD names beyond the bound on those that are declared nowhere else. */
  readonly leftOut?: number;
}

/** A difference between two sources, or an instance that only one of them has. */
export interface Disagreement extends Problem {
  readonly code:
    | 'scheme-disagrees'
    | 'address-disagrees'
    | 'list-disagrees'
    /** Declared files that are not those of the component's own configuration. */
    | 'path-disagrees'
    /** Configured, and not registered in PD. */
    | 'not-registered'
    /** Registered in PD, and not in the topology. */
    | 'not-in-topology';
  readonly component: ComponentName;
  /** `host:port` of the port that differs, as the preferred source has it; undefined for an absent instance. */
  readonly address: string | undefined;
}
