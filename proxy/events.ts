import type { RejectionReason } from './rejection.js';

/** What a listener reports of its connections. */
export interface ProxyEvents {
  /** A TCP or Unix connection was accepted by the system. */
  accepted(): void;
  /** Client and target are joined; the milliseconds of the setup, and who the client is. */
  established(milliseconds: number, identity: string): void;
  rejected(reason: RejectionReason, detail: string): void;
  /** An established connection is closed; bytes from client to target, and back. */
  closed(seconds: number, sent: number, received: number): void;
  /** The credential version that new connections use. */
  credentialVersion(number: number): void;
  /** One connection could not be accepted, as without file descriptors; the listener goes on. */
  acceptFailed(error: Error): void;
}
