import type { CredentialPaths } from '../credentials/paths.js';
import type { AccessRules } from './access.js';
import type { ProxyAddress } from './address.js';

/** One listener. Times in milliseconds. */
export interface ProxySettings {
  readonly name: string;
  /** `terminate`: clients connect over mutual TLS. `originate`: the target is connected over mutual TLS. */
  readonly mode: 'terminate' | 'originate';
  readonly listen: ProxyAddress;
  readonly targets: readonly ProxyAddress[];
  readonly files: CredentialPaths;
  readonly reloadCa: boolean;
  /** The authorized clients (terminate), or the names required of the target besides its host name (originate). */
  readonly access: AccessRules;
  /** Terminate: new mutual TLS to the target, with the same credentials. Originate: always so. */
  readonly targetTls: boolean;
  /** The name that the target's certificate must be for, where it is not the host of the target's address. */
  readonly serverName: string | undefined;
  /** ALPN protocols, preferred first (`h2` for gRPC); empty: no ALPN. */
  readonly alpn: readonly string[];
  /** TLS of the clients. */
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  /** Suites of TLS 1.2 for the clients, by OpenSSL's names; none: the modern ones. */
  readonly cipherSuites: readonly string[];
  readonly handshakeTimeout: number;
  readonly connectTimeout: number;
  /** Without bytes; undefined: unlimited. */
  readonly idleTimeout: number | undefined;
  /** Of an established connection; undefined: unlimited. */
  readonly maxLifetime: number | undefined;
  readonly maxConnections: number;
  /** A PROXY header of version 2 is expected before TLS. */
  readonly proxyProtocolIn: boolean;
  /** A PROXY header of version 2 is sent to the target. */
  readonly proxyProtocolOut: boolean;
}
