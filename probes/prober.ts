import type { SecureContext } from 'node:tls';
import type { HarmlessProbe } from '../cluster/components/profile.js';
import type { IdentityName } from './observation.js';

/** What is presented and trusted. The context is built once per generation: building one costs 1 ms. */
export interface Identity {
  readonly name: IdentityName;
  /** Undefined only for `plaintext`. Made with the bundle as `ca`; without a pair for `anonymous`. */
  readonly secureContext: SecureContext | undefined;
  /** A stranger wants to know whether it is let in, and takes any server. */
  readonly verifiesServer?: boolean;
}

export interface ProbeTarget {
  readonly host: string;
  readonly port: number;
  /** Name to verify and to send as SNI instead of host. */
  readonly serverName?: string | undefined;
  readonly alpn: readonly string[];
  /** Undefined for the plain TLS prober. */
  readonly probe?: HarmlessProbe | undefined;
}

/** Milliseconds; the socket is destroyed at the latest then. */
export interface ProbeOptions {
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
}
