import { errorMessage } from '../credentials/error-text.js';

/** Why a connection was not served; a closed list, the label `reason` of the metric. */
export const rejectionReasons = [
  'connection-limit',
  'client-closed',
  'invalid-proxy-header',
  'handshake-timeout',
  'handshake-failed',
  'no-certificate',
  'invalid-certificate',
  'not-authorized',
  'target-unreachable',
  'target-handshake-failed',
  'target-rejected',
  'target-closed',
  'internal-error',
] as const;
export type RejectionReason = (typeof rejectionReasons)[number];

/** A connection that is not served; the code is the label of the metric, the message goes to the access log. */
export class Rejection extends Error {
  override readonly name = 'Rejection';
  readonly code: RejectionReason;

  constructor(code: RejectionReason, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** The rejection that an error of a connection is; one that was not foreseen is an internal error. */
export function rejectionOf(error: unknown): Rejection {
  if (error instanceof Rejection) {
    return error;
  }
  return new Rejection('internal-error', errorMessage(error), error);
}
