import { createHash, type KeyObject } from 'node:crypto';
import type { Certificate } from './certificate.js';
import { parseCertificates, parseKey, pemText } from './parse.js';

/** What the system said about a file when it was read. Times in milliseconds since the epoch. */
export interface FileStat {
  /** As `fileIdentity` gives it. */
  readonly identity: string;
  /** Permission bits. */
  readonly mode: number;
  readonly modifiedAt: number;
  /** When content or status changed last (ctime); no program can set it, unlike `modifiedAt`. */
  readonly changedAt: number;
}

const noStat: FileStat = { identity: '', mode: 0, modifiedAt: 0, changedAt: 0 };

/** What one file held when it was read. It never changes, and is parsed when asked, once. */
export class CredentialFile {
  readonly path: string;
  readonly bytes: Buffer;
  readonly stat: FileStat;
  /** SHA-256 of the bytes, hex. */
  readonly digest: string;
  #certificates: readonly Certificate[] | undefined;
  #privateKey: KeyObject | undefined;

  /** `stat` is left out for bytes that another process has read; `path` is then for the errors alone. */
  constructor(path: string, bytes: Buffer, stat: FileStat = noStat) {
    this.path = path;
    this.bytes = bytes;
    this.stat = stat;
    this.digest = createHash('sha256').update(bytes).digest('hex');
  }

  /** Throws CredentialError where the bytes are not PEM text. */
  get pem(): string {
    return pemText(this.bytes, this.path);
  }

  /** Every certificate in order; at least one, and none of them broken. Throws CredentialError. */
  get certificates(): readonly Certificate[] {
    this.#certificates ??= parseCertificates(this.pem, this.path);
    return this.#certificates;
  }

  /** Throws CredentialError, which never holds a byte of the key. */
  get privateKey(): KeyObject {
    this.#privateKey ??= parseKey(this.pem, this.path);
    return this.#privateKey;
  }
}
