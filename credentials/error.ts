import { errorCode } from './error-text.js';
/** Why a credential file could not be used. A closed list: it is also a metric label. */
export type CredentialErrorCode =
  | 'not_found'
  | 'permission_denied'
  | 'not_a_file'
  | 'too_large'
  | 'read_failed'
  /** This process has none left; it says nothing of the file. */
  | 'no_descriptors'
  | 'empty'
  | 'not_pem'
  | 'no_certificate'
  | 'bad_pem'
  | 'no_key'
  | 'encrypted_key'
  | 'unsupported_key'
  | 'key_mismatch'
  | 'chain_order'
  | 'changed_while_reading';

/** One problem with one file: `message` says what and where, `hint` is the cure. Never holds file content. */
export class CredentialError extends Error {
  override readonly name = 'CredentialError';
  readonly code: CredentialErrorCode;
  readonly file: string;
  readonly hint: string;

  constructor(code: CredentialErrorCode, file: string, message: string, hint: string, cause?: unknown) {
    super(`${file}: ${message}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.file = file;
    this.hint = hint;
  }
}

/** OpenSSL itself will not load a pair that parses and matches, as with an RSA key too small for its security level. */
export function notLoaded(file: string, error: unknown): CredentialError {
  const reason = errorCode(error) || 'unknown reason';
  return new CredentialError(
    'unsupported_key',
    file,
    `OpenSSL does not load the pair (${reason})`,
    'issue a stronger pair',
    error,
  );
}
