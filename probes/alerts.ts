import { errorMessage } from '../credentials/error-text.js';

/** Descriptions of TLS alerts (RFC 8446, section 6; RFC 5246, section 7.2) that a server may send. */
const alertNames: Readonly<Record<number, string>> = {
  10: 'unexpected_message',
  20: 'bad_record_mac',
  40: 'handshake_failure',
  42: 'bad_certificate',
  43: 'unsupported_certificate',
  44: 'certificate_revoked',
  45: 'certificate_expired',
  46: 'certificate_unknown',
  47: 'illegal_parameter',
  48: 'unknown_ca',
  49: 'access_denied',
  50: 'decode_error',
  51: 'decrypt_error',
  70: 'protocol_version',
  71: 'insufficient_security',
  80: 'internal_error',
  112: 'unrecognized_name',
  116: 'certificate_required',
  120: 'no_application_protocol',
};

export interface ReceivedAlert {
  readonly number: number;
  readonly name: string;
}

/**
 * The alert that the peer sent, by the number in OpenSSL's error message: the error codes differ between Node 20 and
 * 24. Undefined for any other error, such as a failed verification of the server.
 */
export function receivedAlert(error: unknown): ReceivedAlert | undefined {
  const match = /alert number (\d+)/i.exec(errorMessage(error));
  if (match === null) {
    return undefined;
  }
  const number = Number(match[1]);
  return { number, name: alertNames[number] ?? `alert_${number}` };
}
