import type { RejectionReason } from './events.js';

/** OpenSSL's verdict on a client's certificate, which is the cause; it has more codes than a list would hold. */
export class UntrustedError extends Error {
  override readonly name = 'UntrustedError';
  readonly code = 'foreign-ca';

  constructor(result: Error) {
    super(result.message, { cause: result });
  }
}

/** Why a client's handshake failed. */
export function handshakeRejection(error: Error): RejectionReason {
  if (error instanceof UntrustedError) {
    return error.code;
  }
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT') {
    return 'handshake-timeout';
  }
  return /PEER_DID_NOT_RETURN_A_CERTIFICATE/.test(code) ? 'no-certificate' : 'handshake-failed';
}

/** What OpenSSL says, without its own file names. */
export function shortOf(error: Error): string {
  return 'reason' in error ? String(error.reason) : error.message.trim();
}

export function isAlert(error: Error): boolean {
  return 'code' in error && /_ALERT_/.test(String(error.code));
}
