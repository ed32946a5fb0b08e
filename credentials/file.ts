import { type BigIntStats, statSync } from 'node:fs';
import { CredentialFile } from './credential-file.js';
import { CredentialError } from './error.js';
import { errorCode, errorMessage } from './error-text.js';
import { type RegularFile, readRegularFile } from './regular-file.js';

/** A certificate, key or bundle is never larger; a log or a disk image might be. */
const largestFile = 1 << 20;

/** Reads a regular file of at most 1 MiB. Throws CredentialError. */
export function readCredentialFile(path: string): CredentialFile {
  const { bytes, stat } = read(path);
  if (bytes.length === 0) {
    throw new CredentialError('empty', path);
  }
  return new CredentialFile(path, bytes, {
    identity: identityOf(stat),
    mode: Number(stat.mode & 0o777n),
    modifiedAt: Number(stat.mtimeMs),
    changedAt: Number(stat.ctimeMs),
  });
}

function read(path: string): RegularFile {
  try {
    return readRegularFile(path, largestFile);
  } catch (error: unknown) {
    throw systemError(path, error);
  }
}

/** Another text whenever the file was written, renamed over or re-linked: 3 µs instead of reading it. Never throws. */
export function fileIdentity(path: string): string {
  try {
    return identityOf(statSync(path, { bigint: true }));
  } catch (error: unknown) {
    return `error ${systemError(path, error).code}`;
  }
}

function identityOf({ dev, ino, ctimeNs, mtimeNs, size }: BigIntStats): string {
  return `${dev}:${ino}:${ctimeNs}:${mtimeNs}:${size}`;
}

function systemError(path: string, cause: unknown): CredentialError {
  const code = errorCode(cause) || 'unknown';
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new CredentialError('not_found', path, { cause });
    case 'EACCES':
    case 'EPERM':
      return new CredentialError('permission_denied', path, { cause });
    case 'EISDIR':
    case 'ENXIO':
    case 'not_a_file':
      return new CredentialError('not_a_file', path, { cause });
    case 'too_large':
      return new CredentialError('too_large', path, { message: `${errorMessage(cause)}, more than any PEM file` });
    case 'EMFILE':
    case 'ENFILE':
      return new CredentialError('no_descriptors', path, { cause });
    default:
      return new CredentialError('read_failed', path, { message: `could not be read (${code})`, cause });
  }
}
