import type { ComponentName } from '../cluster/components/profile.js';
import type { Certificate } from '../credentials/certificate.js';
import type { HttpAnswer } from './http-answers.js';

/** Who the probe says it is (design: client identities). */
export type IdentityName =
  | 'agent'
  | ComponentName
  /** A second process of one component on this node, with a pair of its own. */
  | `${ComponentName}@${string}`
  | 'no-certificate'
  | 'foreign-ca'
  | 'wrong-name'
  /** A pair that is not installed yet (rehearse). */
  | 'candidate'
  | 'plaintext';

export type Protocol = 'tls' | 'http' | 'grpc';

/**
 * `accepted` means application bytes came back. `unreachable` and `timeout` are never `refused`.
 * `inconclusive`: a handshake without refusal and without application bytes.
 */
export type Outcome = 'accepted' | 'rejected' | 'unreachable' | 'timeout' | 'not-tls' | 'inconclusive';

export interface Rejection {
  /** Who refused: the server refused our identity, or we refused the server's. */
  readonly side: 'peer' | 'probe';
  readonly by: 'tls-alert' | 'close' | 'rpc-status' | 'http-status' | 'certificate' | 'name';
  /** TLS alert, gRPC status, HTTP status; undefined for a close. */
  readonly number: number | undefined;
  /** `unknown_ca`, `UNAUTHENTICATED`, `403`, `CERT_HAS_EXPIRED`, `close`. */
  readonly name: string;
}

/** One attempt, one identity, one fresh connection: what was seen. Judges nothing. */
export interface Observation {
  readonly protocol: Protocol;
  readonly identity: IdentityName;
  readonly host: string;
  readonly port: number;
  readonly at: Date;
  readonly outcome: Outcome;
  readonly rejection: Rejection | undefined;
  /** One line in words, safe to print: no file contents, no time stamps. */
  readonly detail: string;
  /** What the server sent, leaf first, also when it then refused us or we refused it. */
  readonly peerChain: readonly Certificate[];
  /** Our own verdict of the server: undefined = trusted and named; else the verify code. */
  readonly peerProblem: string | undefined;
  readonly tlsVersion: string | undefined;
  readonly cipher: string | undefined;
  readonly alpn: string | undefined;
  readonly durations: Durations;
  /** HTTP or gRPC status, and the decoded answer. */
  readonly application: ApplicationAnswer | undefined;
}

/** Seconds since the attempt began; undefined when not reached. */
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
       * program answered.
       */
      readonly answer: HttpAnswer | undefined;
    }
  /** The gRPC status alone: no check reads the message of the answer. */
  | { readonly protocol: 'grpc'; readonly status: number };
