import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { CredentialFile } from './credential-file.js';
import { CredentialError } from './error.js';
import { errorCode } from './error-text.js';

/** A certificate, key or bundle is never larger; a log or a disk image might be. */
const largestFile = 1 << 20;

/** Read at once where the system does not say how long a file is, as in /proc. */
const chunk = 1 << 16;

/**
 * Reads a regular file of at most 1 MiB. A FIFO does not block it, and a file that is longer than its size says is read
 * no further than the limit. Throws CredentialError.
 */
export function readCredentialFile(path: string): CredentialFile {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = fstatSync(descriptor, { bigint: true });
    if (!stat.isFile()) {
      throw new CredentialError('not_a_file', path);
    }
    if (stat.size > largestFile) {
      throw new CredentialError('too_large', path, { message: `is ${stat.size} bytes long, more than any PEM file` });
    }
    const bytes = readToEnd(descriptor, Number(stat.size));
    if (bytes.length > largestFile) {
      throw new CredentialError('too_large', path);
    }
    if (bytes.length === 0) {
      throw new CredentialError('empty', path);
    }
    return new CredentialFile(path, bytes, {
      identity: identityOf(stat),
      mode: Number(stat.mode & 0o777n),
      modifiedAt: Number(stat.mtimeMs),
      changedAt: Number(stat.ctimeMs),
    });
  } catch (error: unknown) {
    throw error instanceof CredentialError ? error : systemError(path, error);
  } finally {
    if (descriptor !== undefined) {
      closeSync(descriptor);
    }
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

/** At most one byte more than the limit, whatever `size` says. */
function readToEnd(descriptor: number, size: number): Buffer {
  const chunks: Buffer[] = [];
  let length = 0;
  for (let expected = size === 0 ? chunk : size + 1; length <= largestFile; expected = chunk) {
    const buffer = Buffer.alloc(Math.min(expected, largestFile + 1 - length));
    const read = readSync(descriptor, buffer, 0, buffer.length, null);
    chunks.push(buffer.subarray(0, read));
    length += read;
    if (read === 0 || (size > 0 && read < buffer.length)) {
      break;
    }
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
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
      return new CredentialError('not_a_file', path, { cause });
    case 'EMFILE':
    case 'ENFILE':
      return new CredentialError('no_descriptors', path, { cause });
    default:
      return new CredentialError('read_failed', path, { message: `could not be read (${code})`, cause });
  }
}
