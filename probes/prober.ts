import type { SecureContext } from 'node:tls';
import type { HarmlessProbe } from '../cluster/components/profile.js';
import type { ServedTrust } from '../credentials/served-chain.js';
import type { IdentityName } from './observation.js';

/** A client certificate or none, and the CA. The context is built once per credential version: that takes 1 ms. */
export interface Identity {
  readonly name: IdentityName;
  /** Undefined only for `plaintext`. */
  readonly secureContext: SecureContext | undefined;
  /** Whose result of the server's chain counts, under which CA file; undefined: that of OpenSSL. */
  readonly trust?: ServedTrust | undefined;
  /** False for an unauthorized client: it accepts every server. Undefined means true. */
  readonly verifiesServer?: boolean;
}

export interface ProbeTarget {
  readonly host: string;
  readonly port: number;
  /** The name to verify and to send as SNI instead of `host`. */
  readonly serverName?: string | undefined;
  readonly alpn: readonly string[];
  /** See EndpointProfile; what is asked without TLS. */
  readonly tlsOnlyPath?: string | undefined;
  /** Undefined for a bare TLS handshake. */
  readonly probe?: HarmlessProbe | undefined;
}

export interface ProbeOptions {
  /** Milliseconds; the socket is destroyed then at the latest. */
  readonly timeout: number;
  /** An abort ends the attempt as the timeout does. */
  readonly signal?: AbortSignal | undefined;
}
