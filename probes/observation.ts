import type { ComponentName } from '../cluster/components/profile.js';
import type { Certificate } from '../credentials/certificate.js';
import type { HttpAnswer } from './http-answers.js';

/** The client identity that a probe presents. */
export type IdentityName =
  | 'agent'
  | ComponentName
  /** A second process of one component on this node, with its own certificate. */
  | `${ComponentName}@${string}`
  | 'no-certificate'
  | 'foreign-ca'
  | 'wrong-name'
  /** A certificate that is not installed yet (`rehearse`). */
  | 'candidate'
  | 'plaintext';

export type Protocol = 'tls' | 'http' | 'grpc';

/**
 * `accepted`: application bytes came back. `rejected`: one side rejected the other, see Rejection. `not-tls`: the port
 * answers without TLS. `unreachable` and `timeout` are no rejections. `inconclusive`: none of these was observed, for
 * example a handshake with neither application bytes nor a rejection.
 */
export type Outcome = 'accepted' | 'rejected' | 'unreachable' | 'timeout' | 'not-tls' | 'inconclusive';

export interface Rejection {
  /** `peer`: the server rejected the client. `probe`: the agent rejected the server's certificate. */
  readonly side: 'peer' | 'probe';
  readonly by: 'tls-alert' | 'close' | 'rpc-status' | 'http-status' | 'certificate' | 'name';
  /** Number of the TLS alert, gRPC status or HTTP status; otherwise undefined. */
  readonly number: number | undefined;
  /** `unknown_ca`, `UNAUTHENTICATED`, `403`, `CERT_HAS_EXPIRED`, `close`. */
  readonly name: string;
}

/** What one attempt observed: one identity, one fresh connection. */
export interface Observation {
  readonly protocol: Protocol;
  readonly identity: IdentityName;
  readonly host: string;
  readonly port: number;
  /** The address that the attempt came from; undefined without a TCP connection, and for what is no attempt. */
  readonly source?: string | undefined;
  readonly at: Date;
  readonly outcome: Outcome;
  readonly rejection: Rejection | undefined;
  /** One line for people, safe to print: no file contents, no timestamps. */
  readonly detail: string;
  /** The server answered in another protocol than that of the probe. */
  readonly isOtherProtocol?: boolean;
  /** The server's chain, leaf first, also when either side rejected the other; empty before the handshake. */
  readonly peerChain: readonly Certificate[];
  /** OpenSSL's verify code, or ERR_TLS_CERT_ALTNAME_INVALID; undefined when chain and name are valid. */
  readonly peerProblem: string | undefined;
  readonly tlsVersion: string | undefined;
  readonly cipher: string | undefined;
  readonly alpn: string | undefined;
  readonly durations: Durations;
  /** Undefined where no HTTP or gRPC status came. */
  readonly application: ApplicationAnswer | undefined;
}

/** Seconds since the start of the attempt; undefined for a step that was not reached. */
export interface Durations {
  readonly total: number;
  readonly connect: number | undefined;
  readonly handshake: number | undefined;
}

export type ApplicationAnswer =
  | {
      readonly protocol: 'http';
      readonly status: number;
      /**
       * The decoded body where the profile expects one and the status is 200; undefined then means that another
       * program answered. Before its first TiKV started PD says so with status 500.
       */
      readonly answer: HttpAnswer | undefined;
      /** What an error of the server says of TLS: Go's `x509: …`. */
      readonly tlsError?: string;
    }
  /** No check reads the message of the answer; that of a health check is read for `/probe`. */
  | { readonly protocol: 'grpc'; readonly status: number; readonly serving?: ServingStatus | undefined };

/** By their numbers (grpc.health.v1). */
export const servingStatuses = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;
export type ServingStatus = (typeof servingStatuses)[number];
