import type { VerifierName } from '../../credentials/verifiers/verifier.js';
import type { Origin } from '../documents/origin.js';
import type { Values } from '../documents/values.js';
import type { Address } from '../inventory/address.js';

/** The components that this version supports. This folder has one file per component, and one for PD's microservices. */
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
  'tikv-cdc',
  'dm-master',
  'dm-worker',
  /** Any other program with a TLS port. */
  'other',
] as const;
export type ComponentName = (typeof componentNames)[number];

/** Clients of components that are no components themselves. */
export const clientNames = [
  'agent',
  'prometheus',
  'blackbox-exporter',
  'tiup',
  'tidb-operator',
  'pd-ctl',
  'tikv-ctl',
  'tidb-ctl',
  'cdc-cli',
  'br',
  'lightning',
  'client-java',
  'tispark',
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

/** How one port authenticates and authorizes its callers. */
export interface CallerAuthentication {
  /** The implementation of TLS that verifies the callers' certificates. */
  readonly verifier: VerifierName;
  /**
   * When a client certificate is requested. `always`: whenever TLS is on. `with-allow-list`: only if the list has
   * `minimumEntries`. `with-switch`: with a list, or if a setting of the component requires it.
   */
  readonly clientCertificate: 'always' | 'with-allow-list' | 'with-switch';
  /** A client certificate is requested and verified also where none is required: a certificate of another CA is rejected, a client without one is accepted. */
  readonly verifiesIfGiven?: boolean;
  /** Where the Common Name is compared. */
  readonly commonNameCheckedAt: 'handshake' | 'rpc' | 'http';
  /**
   * `equal`: the leaf's name is an entry. `equal-or-contains`: releases require an equal name, builds since July 2026 accept
   * a name that contains an entry. `equal-in-chain`: any certificate of the chain may have the name.
   */
  readonly commonNameMatch: 'equal' | 'equal-or-contains' | 'equal-in-chain';
  /** Least number of list entries for the names to be enforced on this port. */
  readonly minimumEntries: number;
  /** Only the first entry of the list is compared (DM-master). */
  readonly comparesFirstEntry?: boolean;
  /** Which Common Name counts when the subject has several. */
  readonly countedCommonName: 'first' | 'last';
  /** HTTP paths that are served for every Common Name; exact, and GET only. */
  readonly exemptPaths: readonly string[];
  /**
   * Whether a certificate must cover the address that its caller connects from, after all else was accepted; the server then
   * closes without an alert. `with-names`: a certificate without DNS names and IP addresses passes (etcd).
   */
  readonly sourceAddress?: 'with-names' | 'always';
  /** How a certificate is rejected: with TLS alerts, or by a close without an alert. */
  readonly rejectsBy: 'alert' | 'close';
}

export interface EndpointProfile {
  readonly name: EndpointName;
  readonly title: string;
  readonly defaultPort: number;
  /** Offered by a probe; empty means offer none. */
  readonly alpn: Readonly<Record<'http' | 'grpc' | 'tls', readonly string[]>>;
  readonly maximumVersion: 'TLSv1.2' | 'TLSv1.3';
  /** Whether the port tolerates a client that offers a session. */
  readonly bearsSessions: boolean;
  readonly callers: CallerAuthentication;
  readonly certificateReload: ReloadRule;
  readonly caReload: ReloadRule;
  /** The rule without an allow-list, where it differs (TiProxy). */
  readonly caReloadWithoutList?: ReloadRule;
  /** First release with this reload rule; earlier ones need a restart. */
  readonly reloadSince?: string;
  /** The request of the regular probe, proven harmless on this component. */
  readonly probe: HarmlessProbe;
  /**
   * A path that the port serves over TLS, or in plaintext if it has no TLS at all. Where the port answers 404 without TLS, it
   * serves only the paths of health checks so (TiProxy since 1.3.3).
   */
  readonly tlsOnlyPath?: string;
  /** A request that shows whether names are compared, where the regular one is exempt. */
  readonly nameProbe?: HarmlessProbe;
  /** Requests for what it reports about peers that it connects to. */
  readonly peerReported?: readonly HarmlessProbe[];
  /** Further harmless requests, by the name of their `/probe` module. */
  readonly questions: Readonly<Record<string, HarmlessProbe>>;
  /**
   * Callers that speak gRPC to it where the regular probe is HTTP, and the first release that they call so: they take no
   * connection without h2 negotiated by ALPN.
   */
  readonly grpcCallers?: { readonly names: readonly ComponentName[]; readonly since: string };
  /** The callers of this port. */
  readonly calledBy: readonly CallerName[];
  /** Further callers in TiDB's documentation, without a known call. */
  readonly documentedCallers?: readonly CallerName[];
}

export type HarmlessProbe =
  | { readonly protocol: 'http'; readonly path: string; readonly accept: HttpAnswerKind | 'any' }
  | { readonly protocol: 'grpc'; readonly method: GrpcProbeMethod };

/** Answers that are decoded. */
export type HttpAnswerKind = 'tidb-status' | 'pd-members' | 'pd-health' | 'pd-stores' | 'etcd-health' | 'ticdc-status';

/** The only gRPC methods that are sent, by full name. */
export type GrpcProbeMethod =
  | '/grpc.health.v1.Health/Check'
  | '/debugpb.Debug/GetClusterInfo'
  | '/pdpb.PD/GetMembers'
  /** Sent only after a health request on the same connection showed that the port is no Go server; TiDB is one. */
  | '/tikvpb.Tikv/IsAlive';

/** First release of PD that starts with several names in its list. */
export const severalNamesSince = '8.4.0';

/** A fault of the files that makes a component exit at its start. */
export type StartFault =
  | 'unreadable'
  | 'key-mismatch'
  /** Not all three of CA, certificate and key are set. */
  | 'incomplete'
  /** A CA without a certificate or without a key. Without a CA the component (TiDB) starts in plaintext, whatever else is set. */
  | 'ca-without-certificate'
  | 'foreign-ca'
  | 'names'
  | 'own-name'
  /** More names in its list than the release supports. */
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
  /** Keys of sections that only this kind has: one decides. */
  readonly decidingKeys: RegExp;
  /** Further keys that hardly another kind has: two tell it. */
  readonly tellingKeys: RegExp;
  /** The effect of one or two of the three paths. */
  readonly incompleteTls: string;
}

/** A client inside a component; its releases from `since` on, and before `until`. */
export interface OutgoingClient {
  readonly what: string;
  readonly since?: string;
  readonly until?: string;
}

/** The model of a component, which lint, expectations, dev cluster and docs share. */
export interface ComponentProfile extends ConfigFileProfile {
  readonly component: ComponentName;
  /** First word of the command line of its process, without folder. */
  readonly executable: string;
  /** A second file with settings of its own for the endpoints named (TiFlash's proxy). */
  readonly companion?: ConfigFileProfile & { readonly pathKey: string; readonly endpoints: readonly EndpointName[] };
  /** The credentials that it calls others with, where it serves different ones (TiProxy). */
  readonly callerKeys?: Omit<SecurityKeys, 'allowedCommonNames'>;
  /** Flags can set the three paths of its file; for some components (TiCDC) these decide the scheme of the ports. */
  readonly flagsSet?: 'paths' | 'paths-and-scheme';
  /** Certificate and key suffice for TLS. Without a CA no client certificate is requested and no list is applied (TiProxy). */
  readonly caOptional?: boolean;
  /**
   * A second list, of alternative names (TiKV, merged in July 2026). Builds that support it require a caller to pass both
   * lists, and request certificates also with this list alone. Other builds ignore it.
   */
  readonly alternativeNamesKey?: string;
  /** The setting behind `with-switch`. */
  readonly clientCertificateSwitch?: (values: Values) => boolean;
  /** Entries of the allow-list are trimmed by the component before comparing (TiDB). */
  readonly trimsAllowList: boolean;
  /** Each was tried on the component, or read in its start code. */
  readonly fatalAtStart: readonly StartFault[];
  /** The running process exits when one of its files is not PEM text. */
  readonly needsPem?: boolean;
  /** First release whose ports get negative probes. */
  readonly bearsFailedHandshakesSince?: string;
  /** The component needs its Common Name in its list (PD). */
  readonly needsOwnCommonName: boolean;
  /** The component adds its Common Name to a list that is not empty (TiCDC). */
  readonly addsOwnCommonName?: boolean;
  /** The implementation of TLS that verifies the servers which it calls. */
  readonly verifiesServersBy: VerifierName;
  /** What of it goes on to present the certificate that it was made with, until a restart. */
  readonly keepsCertificate?: readonly OutgoingClient[];
  /** Config keys whose host must be covered by the certificate's SANs. */
  readonly advertisedKeys: readonly string[];
  /** The endpoint whose address names the instance, as TiDB's own monitoring does (host:status-port; PD host:client-port). */
  readonly instanceEndpoint: EndpointName;
  /** The endpoint that `address` in agent.toml means. */
  readonly mainEndpoint: EndpointName;
  readonly endpoints: readonly EndpointProfile[];
  /** The addresses of its ports, by its file and its defaults; `companion` is its second file, where it has one. */
  readonly locate: (values: Values, scheme: 'https' | 'http', companion: Values | undefined) => PortLocations;
}

/** The address and the configured scheme of one port. */
export interface PortLocation {
  readonly address: Address;
  readonly origin: Origin;
  readonly scheme: 'https' | 'http';
}

export type PortLocations = Partial<Record<EndpointName, PortLocation>>;
