/** The components this version knows. One file in this folder per component. */
export const componentNames = ['tidb', 'pd', 'tikv'] as const;
export type ComponentName = (typeof componentNames)[number];

export type EndpointName = 'status' | 'client' | 'peer' | 'grpc';

/** What makes a component use a changed file. */
export type ReloadRule =
  /** Read again at every handshake (Go's GetCertificate callbacks). */
  | 'every-handshake'
  /** Read again at a new connection if the certificate file's modification time changed; noted before loading. */
  | 'certificate-mtime'
  /** Context rebuilt after a failed handshake if the certificate file's modification time changed. */
  | 'failed-handshake'
  | 'restart';

/** How one port tells an admitted caller from a refused one. */
export interface CallerAuthentication {
  /** `always`: whenever TLS is on. `with-allow-list`: asked for only if the list has `minimumEntries`. */
  readonly clientCertificate: 'always' | 'with-allow-list';
  /** Where the Common Name is compared. */
  readonly commonNameCheckedAt: 'handshake' | 'rpc' | 'http';
  /** Least number of list entries for the names to be enforced on this port. */
  readonly minimumEntries: number;
  /** Which CN counts when the subject has several. */
  readonly countedCommonName: 'first' | 'last';
  /** HTTP paths, exact and GET only, served whatever the CN. */
  readonly exemptPaths: readonly string[];
  /** What a refused certificate sees: TLS alerts, or a close without any. */
  readonly refusesBy: 'alert' | 'close';
}

export interface EndpointProfile {
  readonly name: EndpointName;
  readonly title: string;
  readonly defaultPort: number;
  /** Config keys that give the address, first one set wins; then `flag` names are for messages only. */
  readonly addressKeys: readonly string[];
  readonly protocols: readonly ('http' | 'grpc' | 'tls')[];
  /** Offered by a probe; empty means offer none. */
  readonly alpn: Readonly<Record<'http' | 'grpc' | 'tls', readonly string[]>>;
  readonly maximumVersion: 'TLSv1.2' | 'TLSv1.3';
  readonly callers: CallerAuthentication;
  readonly pairReload: ReloadRule;
  readonly caReload: ReloadRule;
  /** The question asked of this port, proven harmless on this component. */
  readonly probe: HarmlessProbe;
  /** Further harmless questions, by the name of their `/probe` module. */
  readonly questions: Readonly<Record<string, HarmlessProbe>>;
  /** Components that connect to this port, as clients. */
  readonly calledBy: readonly ComponentName[];
}

export type HarmlessProbe =
  | { readonly protocol: 'http'; readonly path: string; readonly accept: HttpAnswerKind | 'any' }
  | { readonly protocol: 'grpc'; readonly method: GrpcProbeMethod };

/** Answers that are understood; `any` takes whatever comes with a status below 500. */
export type HttpAnswerKind = 'tidb-status' | 'pd-members' | 'pd-health' | 'etcd-health';

/** Full method names that are sent, and nothing else. */
export type GrpcProbeMethod = '/grpc.health.v1.Health/Check' | '/debugpb.Debug/GetClusterInfo' | '/pdpb.PD/GetMembers';

export interface SecurityKeys {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly allowedCommonNames: string;
}

/** Everything the agent knows about a component. Lint, expectations, dev cluster and docs read this and nothing else. */
export interface ComponentProfile {
  readonly component: ComponentName;
  readonly title: string;
  /** First word of the command line of its process, without folder. */
  readonly executable: string;
  /** Dotted keys in the component's own config file. */
  readonly securityKeys: SecurityKeys;
  /** Entries of the allow-list are trimmed by the component before comparing (TiDB). */
  readonly trimsAllowList: boolean;
  /** The component must find its own CN in its own list (PD). */
  readonly needsOwnCommonName: boolean;
  /** Config keys whose host must be covered by the certificate's SANs. */
  readonly advertisedKeys: readonly string[];
  /** The endpoint whose address names the instance, as TiDB's own monitoring does (host:status-port; PD host:client-port). */
  readonly instanceEndpoint: EndpointName;
  /** The endpoint that `address` in agent.toml means. */
  readonly mainEndpoint: EndpointName;
  readonly endpoints: readonly EndpointProfile[];
}
