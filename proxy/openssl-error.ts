import { errorCode } from '../credentials/error-text.js';

/** OpenSSL's reason, without its source file and line; the message of any other error. */
export function reasonOf(error: Error): string {
  return 'reason' in error ? String(error.reason) : error.message.trim();
}

/** Whether the peer ended the handshake or the connection with a TLS alert. */
export function isAlert(error: Error): boolean {
  return errorCode(error).includes('_ALERT_');
}

/** Whether a handshake failed because the client sent no certificate. */
export function lacksCertificate(error: Error): boolean {
  return errorCode(error).includes('PEER_DID_NOT_RETURN_A_CERTIFICATE');
}
