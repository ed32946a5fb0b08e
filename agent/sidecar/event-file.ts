import {
  appendFileSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  type Stats,
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
/** Bytes, some 100 000 events. A longer file is renamed to `FILE.1`, over the one before it, and a new one begun. */
const rotatedAt = 32 << 20;

const { O_RDONLY, O_RDWR, O_APPEND, O_CREAT, O_NONBLOCK } = constants;

/**
 * The history file: one JSON document a line, appended only, rotated by size. A line that a crash cut short is ignored
 * when it is read again, and the next document begins a line of its own. Another program may rotate it, too: each line
 * is written to the file that has the name by then.
 */
export class EventFile {
  readonly #path: string;
  readonly #rotatedAt: number;
  #endsWithinLine: boolean;

  /**
   * Creates the file where there is none, and calls `onLine` with its lines and those of the file before it, latest first,
   * until that returns false. Throws OperatorError when the file cannot be written. A FIFO is an error; it is not waited for.
   */
  constructor(path: string, onLine: (line: string) => boolean, largest = rotatedAt) {
    this.#path = path;
    this.#rotatedAt = largest;
    this.#endsWithinLine = readBack(path, onLine);
  }

  /** Throws when the file cannot be written; a part of the line may have been. */
  append(document: object): void {
    const line = `${withoutKeys(visibleJson(JSON.stringify(document)))}\n`;
    if ((statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0) >= this.#rotatedAt) {
      renameSync(this.#path, formerOf(this.#path));
      this.#endsWithinLine = false;
    }
    withFile(this.#path, O_RDWR | O_APPEND | O_CREAT, (descriptor) => {
      const start = this.#endsWithinLine ? '\n' : '';
      this.#endsWithinLine = true;
      appendFileSync(descriptor, `${start}${line}`);
      this.#endsWithinLine = false;
    });
  }
}

function formerOf(path: string): string {
  return `${path}.1`;
}

/** What is opened is what is used, and nothing waits: the path may be that of a FIFO by now. */
function withFile<T>(path: string, flags: number, use: (descriptor: number, stat: Stats) => T): T {
  const descriptor = openSync(path, flags | O_NONBLOCK, 0o640);
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) {
      throw new Error(`${path} is not a regular file`);
    }
    return use(descriptor, stat);
  } finally {
    closeSync(descriptor);
  }
}

/** Returns whether the last line is incomplete. */
function readBack(path: string, onLine: (line: string) => boolean): boolean {
  try {
    const [wantsMore, endsWithinLine] = withFile(path, O_RDWR | O_APPEND | O_CREAT, (descriptor, { size }) => [
      eachLineBackwards(descriptor, size, onLine),
      size > 0 && readAt(descriptor, size - 1, 1).toString() !== '\n',
    ]);
    if (wantsMore && existsSync(formerOf(path))) {
      withFile(formerOf(path), O_RDONLY, (descriptor, { size }) => eachLineBackwards(descriptor, size, onLine));
    }
    return endsWithinLine;
  } catch (error: unknown) {
    const hint = 'check [history] file, and that the agent may write there';
    throw new OperatorError('history_unwritable', errorMessage(error), hint, error);
  }
}

/** Returns whether `onLine` never returned false. */
function eachLineBackwards(descriptor: number, size: number, onLine: (line: string) => boolean): boolean {
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
        return false;
      }
    }
    // No event is longer than a chunk.
    rest = first > chunkBytes ? Buffer.alloc(0) : bytes.subarray(0, first);
    end = start;
  }
  return true;
}

function readAt(descriptor: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(descriptor, bytes, 0, length, position));
}
