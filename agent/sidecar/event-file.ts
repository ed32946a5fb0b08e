import {
  appendFileSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  statSync,
} from 'node:fs';
import { errorMessage } from '../../credentials/error-text.js';
import { withoutKeys } from '../../credentials/without-keys.js';
import { visibleJson } from '../../metrics/unprintable.js';
import { OperatorError } from '../config/error.js';

/** Bytes that are in memory at once while the file is read back. */
const chunkBytes = 1 << 20;
/** The most bytes that are read back, from the end of the file. */
const mostBytes = 256 << 20;

/** Bytes of the history file before it is rotated: some 100 000 events. */
const rotatedAt = 32 << 20;

/**
 * The history file: one JSON document a line, appended only. A file of `mostBytes` is renamed to `PATH.1`, over the one of
 * before, and a new one begun. A line that a crash cut short is ignored when it is read again, and the next document begins
 * a line of its own.
 */
export class EventFile {
  readonly #path: string;
  readonly #mostBytes: number;
  #endsWithinLine: boolean;

  /**
   * Creates the file where there is none, and calls `onLine` with its lines and those of the rotated file, latest first,
   * until that returns false. Throws OperatorError when the file cannot be written. A FIFO is an error; it is not waited for.
   */
  constructor(path: string, onLine: (line: string) => boolean, mostBytes = rotatedAt) {
    this.#path = path;
    this.#mostBytes = mostBytes;
    let isWanted = true;
    const read = (line: string) => {
      isWanted = onLine(line);
      return isWanted;
    };
    this.#endsWithinLine = readBack(path, read);
    if (isWanted && existsSync(rotatedPath(path))) {
      readBack(rotatedPath(path), read);
    }
  }

  /** Throws when the file cannot be written; a part of the line may have been. */
  append(document: object): void {
    if ((statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0) >= this.#mostBytes) {
      renameSync(this.#path, rotatedPath(this.#path));
      this.#endsWithinLine = false;
    }
    const start = this.#endsWithinLine ? '\n' : '';
    this.#endsWithinLine = true;
    appendFileSync(this.#path, `${start}${withoutKeys(visibleJson(JSON.stringify(document)))}\n`);
    this.#endsWithinLine = false;
  }
}

function rotatedPath(path: string): string {
  return `${path}.1`;
}

/** Returns whether the last line is incomplete. */
function readBack(path: string, onLine: (line: string) => boolean): boolean {
  try {
    const { O_RDWR, O_APPEND, O_CREAT, O_NONBLOCK } = constants;
    const descriptor = openSync(path, O_RDWR | O_APPEND | O_CREAT | O_NONBLOCK, 0o640);
    try {
      const stat = fstatSync(descriptor);
      if (!stat.isFile()) {
        throw new Error(`${path} is not a regular file`);
      }
      eachLineBackwards(descriptor, stat.size, onLine);
      return stat.size > 0 && readAt(descriptor, stat.size - 1, 1).toString() !== '\n';
    } finally {
      closeSync(descriptor);
    }
  } catch (error: unknown) {
    const hint = 'check [history] file, and that the agent may write there';
    throw new OperatorError('history_unwritable', errorMessage(error), hint, error);
  }
}

function eachLineBackwards(descriptor: number, size: number, onLine: (line: string) => boolean): void {
  const least = Math.max(0, size - mostBytes);
  // The rest of a line that begins in the chunk before.
  let rest: Buffer = Buffer.alloc(0);
  for (let end = size; end > least; ) {
    const start = Math.max(least, end - chunkBytes);
    const bytes = Buffer.concat([readAt(descriptor, start, end - start), rest]);
    const newline = bytes.indexOf('\n');
    const first = start === 0 ? 0 : newline < 0 ? bytes.length : newline;
    for (const line of bytes.subarray(first).toString('utf8').split('\n').reverse()) {
      if (line !== '' && !onLine(line)) {
        return;
      }
    }
    // No event is longer than a chunk.
    rest = first > chunkBytes ? Buffer.alloc(0) : bytes.subarray(0, first);
    end = start;
  }
}

function readAt(descriptor: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(descriptor, bytes, 0, length, position));
}
