import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { CredentialError } from './error.js';
import { errorCode } from './error-text.js';

export interface CredentialFile {
  readonly bytes: Buffer;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
  readonly mode: number;
  readonly identity: string;
}

/** A certificate, key or bundle is never larger; a log or a disk image might be. */
const largestFile = 1 << 20;

/** Reads a regular file of at most 1 MiB, without waiting on a FIFO. Throws CredentialError. */
export function readCredentialFile(path: string): CredentialFile {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = fstatSync(descriptor, { bigint: true });
    if (!stat.isFile()) {
      throw new CredentialError('not_a_file', path, 'is not a regular file', 'name the PEM file itself');
    }
    if (stat.size > largestFile) {
      throw new CredentialError(
        'too_large',
        path,
        `is ${stat.size} bytes long, more than any PEM file`,
        'name the PEM file itself',
      );
    }
    const buffer = Buffer.alloc(Number(stat.size));
    const length = buffer.length === 0 ? 0 : readSync(descriptor, buffer, 0, buffer.length, 0);
    if (length === 0) {
      throw new CredentialError('empty', path, 'is empty', 'write it again; it may have been caught half-written');
    }
    return {
      bytes: buffer.subarray(0, length),
      modifiedAt: Number(stat.mtimeMs),
      mode: Number(stat.mode & 0o777n),
      identity: identityOfStat(stat),
    };
  } catch (error: unknown) {
    throw error instanceof CredentialError ? error : systemError(path, error);
  } finally {
    if (descriptor !== undefined) {
      closeSync(descriptor);
    }
  }
}

/** Changes whenever the file was written, renamed over or re-linked: a 3 µs question that spares reading it. */
export function fileIdentity(path: string): string {
  try {
    return identityOfStat(statSync(path, { bigint: true }));
  } catch (error: unknown) {
    return `error ${systemError(path, error).code}`;
  }
}

function identityOfStat(stat: { dev: bigint; ino: bigint; ctimeNs: bigint; mtimeNs: bigint; size: bigint }): string {
  return `${stat.dev}:${stat.ino}:${stat.ctimeNs}:${stat.mtimeNs}:${stat.size}`;
}

function systemError(path: string, error: unknown): CredentialError {
  const code = errorCode(error) || 'unknown';
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new CredentialError('not_found', path, 'does not exist', 'check the path in the configuration', error);
    case 'EACCES':
    case 'EPERM':
      return new CredentialError(
        'permission_denied',
        path,
        'may not be read',
        'run the agent as the user of the components',
        error,
      );
    case 'EISDIR':
    case 'ENXIO':
      return new CredentialError('not_a_file', path, 'is not a regular file', 'name the PEM file itself', error);
    case 'EMFILE':
    case 'ENFILE':
      return new CredentialError('no_descriptors', path, `could not be read (${code})`, 'raise LimitNOFILE', error);
    default:
      return new CredentialError(
        'read_failed',
        path,
        `could not be read (${code})`,
        'check the disk and the mount',
        error,
      );
  }
}
