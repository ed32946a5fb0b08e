import { errorCode } from './error-text.js';

/** Why a credential file cannot be used. A closed list: it is also a metric label. */
export type CredentialErrorCode =
  | 'not_found'
  | 'permission_denied'
  | 'not_a_file'
  | 'too_large'
  | 'read_failed'
  /** This process has no file descriptor left; it says nothing about the file. */
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

/** What each code means, and how to fix it. */
const meanings: Readonly<Record<CredentialErrorCode, readonly [message: string, hint: string]>> = {
  not_found: ['does not exist', 'check the path in the configuration'],
  permission_denied: ['may not be read', 'run the agent as the user of the components'],
  not_a_file: ['is not a regular file', 'name the PEM file itself'],
  too_large: ['is longer than 1 MiB, more than any PEM file', 'name the PEM file itself'],
  read_failed: ['could not be read', 'check the disk and the mount'],
  no_descriptors: ['could not be read: no file descriptor is left', 'raise LimitNOFILE'],
  empty: ['is empty', 'write the file again; its writer may have been interrupted'],
  not_pem: ['is not PEM text', 'convert it to PEM, as with openssl x509 -inform DER or openssl pkcs12'],
  no_certificate: ['holds no certificate', 'name the file with BEGIN CERTIFICATE in it'],
  bad_pem: ['a certificate in it does not parse', 'write the whole file again'],
  no_key: ['holds no private key', 'name the file with BEGIN PRIVATE KEY in it'],
  encrypted_key: ['the key is encrypted', 'TiDB components take no passphrase: decrypt it, as with openssl pkey'],
  unsupported_key: ['the key does not parse', 'write the whole file again, as PKCS#8 PEM'],
  key_mismatch: ['is not the key of the certificate', 'install the key that was made with this certificate'],
  chain_order: ['the certificate of the key is not the first one', 'put the leaf first, then its issuers'],
  changed_while_reading: ['changes faster than it can be read', 'wait; the next connection reads it again'],
};

/** One problem with one file: `message` says what and where, `hint` how to fix it. Never holds file content. */
export class CredentialError extends Error {
  override readonly name = 'CredentialError';
  readonly code: CredentialErrorCode;
  readonly file: string;
  readonly hint: string;

  /** `message` and `hint` where more is known than what the code means. */
  constructor(
    code: CredentialErrorCode,
    file: string,
    { message, hint, cause }: { readonly message?: string; readonly hint?: string; readonly cause?: unknown } = {},
  ) {
    const [meaning, fix] = meanings[code];
    super(`${file}: ${message ?? meaning}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.file = file;
    this.hint = hint ?? fix;
  }
}

/** What `read` returns, or the CredentialError that it throws; any other error is thrown on. */
export function attempted<Value>(read: () => Value): Value | CredentialError {
  try {
    return read();
  } catch (error: unknown) {
    if (error instanceof CredentialError) {
      return error;
    }
    throw error;
  }
}

/** The value. Throws the CredentialError that stands in its place. */
export function unlessError<Value>(value: Value | CredentialError): Value {
  if (value instanceof CredentialError) {
    throw value;
  }
  return value;
}

/** As `attempted`, for callers that leave the report of an unusable file to the checks on files. */
export function usable<Value>(read: () => Value): Value | undefined {
  const result = attempted(read);
  return result instanceof CredentialError ? undefined : result;
}

/** OpenSSL does not load a certificate and key that parse and match: a key too short, or lines that only others can read. */
export function notLoaded(file: string, cause: unknown): CredentialError {
  const reason = errorCode(cause) || 'unknown reason';
  const message = `OpenSSL does not load the certificate and key (${reason})`;
  const hint = /_PEM_|_ASN1_/.test(reason) ? 'write the whole file again' : 'issue a stronger key';
  return new CredentialError('unsupported_key', file, { message, hint, cause });
}
