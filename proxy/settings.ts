import type { AccessRules } from './access.js';
import type { ProxyAddress } from './address.js';

export interface CredentialFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** One listener. Times in milliseconds. */
export interface ProxySettings {
  readonly name: string;
  /** `terminate`: mutual TLS comes in. `originate`: it goes out. */
  readonly mode: 'terminate' | 'originate';
  readonly listen: ProxyAddress;
  readonly targets: readonly ProxyAddress[];
  readonly files: CredentialFiles;
  readonly reloadCa: boolean;
  /** Who may come in (terminate), or whom the server must be (originate); the latter besides its host name. */
  readonly access: AccessRules;
  /** Terminate: a fresh mutual TLS to the target, with the same pair. Originate: always so. */
  readonly targetTls: boolean;
  /** The name the target's certificate must be for, where it is not the host that is dialled. */
  readonly serverName: string | undefined;
  /** Protocols that TLS agrees on, in this order (`h2` for gRPC); none are spoken of when empty. */
  readonly alpn: readonly string[];
  readonly handshakeTimeout: number;
  readonly connectTimeout: number;
  /** 0: connections may be silent for ever. */
  readonly idleTimeout: number;
  readonly maxConnections: number;
  /** PROXY protocol version 2: expected before TLS, and sent to the target. */
  readonly proxyProtocolIn: boolean;
  readonly proxyProtocolOut: boolean;
}

export const proxyDefaults = {
  alpn: [] as readonly string[],
  handshakeTimeout: 10_000,
  connectTimeout: 10_000,
  idleTimeout: 0,
  maxConnections: 10_000,
} as const;
