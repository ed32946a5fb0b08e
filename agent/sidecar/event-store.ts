import { appendFileSync, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { ComponentName } from '../../cluster/components/profile.js';
import { errorMessage } from '../../credentials/error-text.js';
import { withoutKeys } from '../../credentials/without-keys.js';
import { visibleJson } from '../../metrics/unprintable.js';
import { OperatorError } from '../config/error.js';

/** What changed: files, what a port serves or answers, a verdict, or something the agent did. */
export interface ChangeEvent {
  readonly at: string;
  readonly kind: 'rotation' | 'served' | 'outcome' | 'finding' | 'trigger' | 'inventory';
  readonly component: ComponentName | 'agent';
  readonly instance: string;
  readonly message: string;
  /** The port that serves another certificate since. */
  readonly endpoint?: string;
  /** The new certificate, on disk or served; absent where the certificate stayed the same. */
  readonly fingerprint?: string;
  /** Its end, ISO 8601. */
  readonly notAfter?: string;
  /** When its file was written, ISO 8601. */
  readonly changedAt?: string;
  /** When the port was last seen with the certificate before, ISO 8601. */
  readonly formerAt?: string;
}

/** What is kept in memory and read back; the file itself is left to log rotation. */
const largestHistory = 1_000;
/** A thousand events are smaller, in bytes. */
const largestRead = 4 << 20;

/**
 * A bounded, append-only record. In memory, and if a file is named one JSON document a line in it; a line that a crash
 * cut short is passed over when it is read again, and the next event begins a line of its own.
 */
export class EventStore {
  readonly #file: string | undefined;
  readonly #onError: (error: unknown) => void;
  #events: readonly ChangeEvent[];
  #mismatched: boolean;

  /** Throws OperatorError when the file cannot be written. */
  constructor(file: string | undefined, onError: (error: unknown) => void) {
    this.#file = file;
    this.#onError = onError;
    const text = file === undefined ? '' : readOrCreate(file);
    this.#mismatched = text !== '' && !text.endsWith('\n');
    this.#events = text.split('\n').flatMap(parsed).slice(-largestHistory);
  }

  /** Oldest first. */
  events(): readonly ChangeEvent[] {
    return this.#events;
  }

  add(event: ChangeEvent): void {
    this.#events = [...this.#events, event].slice(-largestHistory);
    if (this.#file === undefined) {
      return;
    }
    try {
      appendFileSync(this.#file, `${this.#mismatched ? '\n' : ''}${withoutKeys(visibleJson(JSON.stringify(event)))}\n`);
      this.#mismatched = false;
    } catch (error: unknown) {
      // A full disk costs the record, not the watch. A part of the line may have been written.
      this.#mismatched = true;
      this.#onError(error);
    }
  }
}

/** The end of the file; the one of a year need not be read for a thousand events. Waits on no FIFO. */
function readOrCreate(file: string): string {
  try {
    const descriptor = openSync(
      file,
      constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK,
      0o640,
    );
    try {
      const stat = fstatSync(descriptor);
      if (!stat.isFile()) {
        throw new Error(`${file} is not a regular file`);
      }
      const bytes = Buffer.alloc(Math.min(stat.size, largestRead));
      const length = readSync(descriptor, bytes, 0, bytes.length, stat.size - bytes.length);
      return bytes.toString('utf8', 0, length);
    } finally {
      closeSync(descriptor);
    }
  } catch (error: unknown) {
    throw new OperatorError(
      'history_unwritable',
      errorMessage(error),
      'check [history] file, and that the agent may write there',
      error,
    );
  }
}

function parsed(line: string): readonly ChangeEvent[] {
  if (line === '') {
    return [];
  }
  try {
    const value: unknown = JSON.parse(line);
    return isEvent(value) ? [value] : [];
  } catch (error: unknown) {
    if (error instanceof SyntaxError) {
      return [];
    }
    throw error;
  }
}

function isEvent(value: unknown): value is ChangeEvent {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['at', 'kind', 'component', 'instance', 'message'].every((name) => typeof Reflect.get(value, name) === 'string') &&
    Object.values(value).every((one) => typeof one === 'string')
  );
}
