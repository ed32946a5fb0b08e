import type { Origin } from '../documents/origin.js';
import type { Values } from '../documents/values.js';
import type { Address } from '../inventory/address.js';

/** The components this version knows. One file in this folder per component. */
export const componentNames = [
  'tidb',
  'pd',
  'tikv',
  'tiflash',
  'ticdc',
  'tiproxy',
  'tso',
  'scheduling',
  'resource-manager',
  'router',
] as const;
export type ComponentName = (typeof componentNames)[number];

/** Those who connect to components without being one. */
export const clientNames = [
  'agent',
  'prometheus',
  'tiup',
  'tidb-operator',
  'pd-ctl',
  'tikv-ctl',
  'tidb-ctl',
  'cdc-cli',
  'br',
  'lightning',
] as const;
export type ClientName = (typeof clientNames)[number];

export type CallerName = ComponentName | ClientName;

export const endpointNames = [
  'status',
  'client',
  'peer',
  'grpc',
  'metrics',
  'proxy',
  'http',
  'api',
  'service',
] as const;
export type EndpointName = (typeof endpointNames)[number];

/** What makes a component use a changed file. */
export type ReloadRule =
  /** Read again at every handshake (Go's GetCertificate callbacks). */
  | 'every-handshake'
  /** Read again at a new connection if the certificate file's modification time changed; noted before loading. */
  | 'certificate-mtime'
  /** Context rebuilt after a failed handshake if the certificate file's modification time changed. */
  | 'failed-handshake'
  /** Modification times compared every two seconds, used at the next handshake. */
  | 'poll'
  /** Once an hour, or when the configuration changes. */
  | 'hourly'
  | 'restart';

/** How one port tells an admitted caller from a refused one. */
export interface CallerAuthentication {
  /**
   * `always`: whenever TLS is on. `with-allow-list`: asked for only if the list has `minimumEntries`.
   * `with-switch`: with a list, or if a setting of the component says so.
   */
  readonly clientCertificate: 'always' | 'with-allow-list' | 'with-switch';
  /** A certificate is asked for and verified also where none is required: a foreign one is refused, none is let in. */
  readonly verifiesIfGiven?: boolean;
  /** Where the Common Name is compared. */
  readonly commonNameCheckedAt: 'handshake' | 'rpc' | 'http';
  /**
   * `equal`: the leaf's name is an entry. `equal-or-contains`: releases compare, builds since July 2026 take a name
   * that contains an entry. `equal-in-chain`: any certificate of the chain may have the name.
   */
  readonly commonNameMatch: 'equal' | 'equal-or-contains' | 'equal-in-chain';
  /** Least number of list entries for the names to be enforced on this port. */
  readonly minimumEntries: number;
  /** Which CN counts when the subject has several. */
  readonly countedCommonName: 'first' | 'last';
  /** HTTP paths, exact and GET only, served whatever the CN. */
  readonly exemptPaths: readonly string[];
  /** What a refused certificate sees: TLS alerts, or a close without any. */
  readonly rejectsBy: 'alert' | 'close';
}

export interface EndpointProfile {
  readonly name: EndpointName;
  readonly title: string;
  readonly defaultPort: number;
  /** Offered by a probe; empty means offer none. */
  readonly alpn: Readonly<Record<'http' | 'grpc' | 'tls', readonly string[]>>;
  readonly maximumVersion: 'TLSv1.2' | 'TLSv1.3';
  /** Whether the port bears a client that offers a session. */
  readonly bearsSessions: boolean;
  readonly callers: CallerAuthentication;
  readonly pairReload: ReloadRule;
  readonly caReload: ReloadRule;
  /** The same where no list makes it compare names, if that is different (TiProxy). */
  readonly caReloadWithoutList?: ReloadRule;
  /** First release that reloads so; earlier ones need a restart. */
  readonly reloadSince?: string;
  /** The question asked of this port, proven harmless on this component. */
  readonly probe: HarmlessProbe;
  /** Asked to see whether names are compared, where the question above is exempt from that. */
  readonly nameProbe?: HarmlessProbe;
  /** First release whose port may be shown a bad certificate without harm to it. */
  readonly survivesBadCertificatesSince?: string;
  /** What it says of others, which it learnt over connections of its own. */
  readonly peerReported?: readonly HarmlessProbe[];
  /** Further harmless questions, by the name of their `/probe` module. */
  readonly questions: Readonly<Record<string, HarmlessProbe>>;
  /** Who connects to this port. */
  readonly calledBy: readonly CallerName[];
  /** Callers that TiDB's documentation lists besides, though no call of theirs is known. */
  readonly documentedCallers?: readonly CallerName[];
}

export type HarmlessProbe =
  | { readonly protocol: 'http'; readonly path: string; readonly accept: HttpAnswerKind | 'any' }
  | { readonly protocol: 'grpc'; readonly method: GrpcProbeMethod };

/** Answers that are understood; `any` takes whatever comes. */
export type HttpAnswerKind = 'tidb-status' | 'pd-members' | 'pd-health' | 'pd-stores' | 'etcd-health' | 'ticdc-status';

/** Full method names that are sent, and nothing else. */
export type GrpcProbeMethod =
  | '/grpc.health.v1.Health/Check'
  | '/debugpb.Debug/GetClusterInfo'
  | '/pdpb.PD/GetMembers'
  /** Only to a port that a health question on the same connection has shown to be no Go server (TiDB is one). */
  | '/tikvpb.Tikv/IsAlive';

/** First release of PD that takes several names in its list; those before do not start with them. */
export const severalNamesSince = '8.4.0';

/** What ends a component at its start, of what may be wrong with its files. */
export type StartFault =
  | 'unreadable'
  | 'key-mismatch'
  /** Not all three of CA, certificate and key are set. */
  | 'incomplete'
  /** A CA, and no certificate or no key; without a CA the component starts in plaintext, whatever else is set (TiDB). */
  | 'no-pair'
  | 'foreign-ca'
  | 'names'
  | 'own-name'
  /** More names in its list than the release takes. */
  | 'list-too-long';

export interface SecurityKeys {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly allowedCommonNames: string;
}

/** One kind of configuration file. */
export interface ConfigFileProfile {
  /** Its usual name without `.toml`. */
  readonly file: string;
  readonly title: string;
  /** Dotted keys in it. */
  readonly securityKeys: SecurityKeys;
  /** Keys that only this kind has. */
  readonly tellingKeys: RegExp;
  /** What happens when one or two of the three paths are set. */
  readonly incompleteTls: string;
}

/** Everything the agent knows about a component. Lint, expectations, dev cluster and docs read this and nothing else. */
export interface ComponentProfile extends ConfigFileProfile {
  readonly component: ComponentName;
  /** First word of the command line of its process, without folder. */
  readonly executable: string;
  /** A second file with settings of its own for the endpoints named (TiFlash's proxy). */
  readonly companion?: ConfigFileProfile & { readonly pathKey: string; readonly endpoints: readonly EndpointName[] };
  /** The pair it calls others with, where that is not the one it serves (TiProxy). */
  readonly callerKeys?: Omit<SecurityKeys, 'allowedCommonNames'>;
  /** Certificate and key suffice for TLS; without CA no client certificate is asked for and no list counts (TiProxy). */
  readonly caOptional?: boolean;
  /**
   * A second list, of alternative names: builds that know it want a caller to pass both, and ask for certificates with
   * it alone; others pass it over (TiKV, merged in July 2026).
   */
  readonly alternativeNamesKey?: string;
  /** The setting behind `with-switch`. */
  readonly clientCertificateSwitch?: (values: Values) => boolean;
  /** Entries of the allow-list are trimmed by the component before comparing (TiDB). */
  readonly trimsAllowList: boolean;
  /** Source: each was tried on the component, or read in its start code. */
  readonly fatalAtStart: readonly StartFault[];
  /** Text that is no PEM in one of its files ends the running process. */
  readonly needsPem?: boolean;
  /** The component must find its own CN in its own list (PD). */
  readonly needsOwnCommonName: boolean;
  /** It adds its own CN to a list that is not empty (TiCDC). */
  readonly addsOwnCommonName?: boolean;
  /** Config keys whose host must be covered by the certificate's SANs. */
  readonly advertisedKeys: readonly string[];
  /** The endpoint whose address names the instance, as TiDB's own monitoring does (host:status-port; PD host:client-port). */
  readonly instanceEndpoint: EndpointName;
  /** The endpoint that `address` in agent.toml means. */
  readonly mainEndpoint: EndpointName;
  readonly endpoints: readonly EndpointProfile[];
  /** Its ports as its file and its defaults place them; `companion` is its second file where it has one. */
  readonly place: (values: Values, scheme: 'https' | 'http', companion: Values | undefined) => Placement;
}

/** Where one port is, and how the configuration wants it spoken to. */
export interface Placed {
  readonly address: Address;
  readonly origin: Origin;
  readonly scheme: 'https' | 'http';
}

export type Placement = Partial<Record<EndpointName, Placed>>;
