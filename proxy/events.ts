/** Why a connection did not come to be; a closed list, used as a label. */
export const refusalReasons = [
  'handshake-timeout',
  'no-certificate',
  'untrusted',
  'handshake-failed',
  'not-allowed',
  'target-unreachable',
  'target-refused',
  'target-closed',
  'proxy-header',
  'too-many',
  'unforeseen',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/** What listeners tell of themselves. */
export interface ProxyEvents {
  accepted(): void;
  /** In service: both sides are joined. */
  opened(milliseconds: number, detail: string): void;
  refused(reason: RefusalReason, detail: string): void;
  /** Bytes from client to target, and back. */
  closed(seconds: number, sent: number, received: number): void;
  /** The pair that new connections get. */
  generation(number: number): void;
  /** Accepting failed, as without descriptors; the listener goes on. */
  acceptFailed(error: Error): void;
}
