/** Why a connection did not come to be; a closed list, used as a label. */
export const rejectionReasons = [
  'handshake-timeout',
  'no-certificate',
  'foreign-ca',
  'handshake-failed',
  'not-allowed',
  'target-unreachable',
  'target-rejected',
  'target-closed',
  'proxy-header',
  'too-many',
  'unforeseen',
] as const;
export type RejectionReason = (typeof rejectionReasons)[number];

/** What listeners tell of themselves. */
export interface ProxyEvents {
  accepted(): void;
  /** In service: both sides are joined. */
  opened(milliseconds: number, detail: string): void;
  rejected(reason: RejectionReason, detail: string): void;
  /** Bytes from client to target, and back. */
  closed(seconds: number, sent: number, received: number): void;
  /** The pair that new connections get. */
  version(number: number): void;
  /** Accepting failed, as without descriptors; the listener goes on. */
  acceptFailed(error: Error): void;
}
