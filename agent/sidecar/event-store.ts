import type { ComponentName } from '../../cluster/components/profile.js';
import { EventFile } from './event-file.js';

/** What changed: files, the certificate or the answer of a port, the result of a check, or something the agent did. */
export interface ChangeEvent {
  readonly at: string;
  readonly kind: 'rotation' | 'served' | 'outcome' | 'finding' | 'trigger' | 'inventory';
  readonly component: ComponentName | 'agent';
  readonly instance: string;
  readonly message: string;
  /** The port that serves another certificate since. */
  readonly endpoint?: string;
  /** SHA-256 of the new certificate, on disk or served; absent where the certificate stayed the same. */
  readonly fingerprint?: string;
  /** When that certificate expires, ISO 8601. */
  readonly notAfter?: string;
  /** When its file was written, ISO 8601. */
  readonly changedAt?: string;
  /** When the port was last seen with the certificate before, ISO 8601. */
  readonly formerAt?: string;
}

const kinds: ReadonlySet<string> = new Set<ChangeEvent['kind']>([
  'rotation',
  'served',
  'outcome',
  'finding',
  'trigger',
  'inventory',
]);

/** Events of each kind in memory. A bound per kind, so that flapping outcomes push out neither rotations nor findings. */
const mostOfKind = 1_000;

/** The latest events of each kind, in memory, and in the history file where one is configured. */
export class EventStore {
  readonly #file: EventFile | undefined;
  readonly #onError: (error: unknown) => void;
  #events: readonly ChangeEvent[];

  /** Throws OperatorError when the file cannot be written; `onError` gets what fails later. `mostBytes`: when it is rotated. */
  constructor(file: string | undefined, onError: (error: unknown) => void, mostBytes?: number) {
    const latest = new LatestEvents();
    this.#file = file === undefined ? undefined : new EventFile(file, (line) => latest.addLine(line), mostBytes);
    this.#onError = onError;
    this.#events = latest.oldestFirst();
  }

  /** Oldest first. */
  events(): readonly ChangeEvent[] {
    return this.#events;
  }

  add(event: ChangeEvent): void {
    const isOfKind = ({ kind }: ChangeEvent) => kind === event.kind;
    const isFull = this.#events.filter(isOfKind).length >= mostOfKind;
    const kept = isFull ? this.#events.toSpliced(this.#events.findIndex(isOfKind), 1) : this.#events;
    this.#events = [...kept, event];
    try {
      this.#file?.append(event);
    } catch (error: unknown) {
      // A full disk costs the record; the agent goes on.
      this.#onError(error);
    }
  }
}

/** Collects events from the lines of the history file, latest first, until it has enough of every kind. */
class LatestEvents {
  readonly #events: ChangeEvent[] = [];
  readonly #counts = new Map<string, number>();

  /** False once no more are needed. */
  addLine(line: string): boolean {
    const event = this.#isFull(quickKindOf(line)) ? undefined : parsed(line);
    if (event !== undefined && !this.#isFull(event.kind)) {
      this.#events.push(event);
      this.#counts.set(event.kind, (this.#counts.get(event.kind) ?? 0) + 1);
    }
    return ![...kinds].every((kind) => this.#isFull(kind));
  }

  oldestFirst(): readonly ChangeEvent[] {
    return this.#events.toReversed();
  }

  #isFull(kind: string): boolean {
    return (this.#counts.get(kind) ?? 0) >= mostOfKind;
  }
}

/** The kind of a line that this agent wrote, without parsing all of it; empty for any other. */
function quickKindOf(line: string): string {
  return /^\{"at":"[^"]*","kind":"([a-z]+)"/.exec(line)?.[1] ?? '';
}

/** Undefined for a line that is not an event. */
function parsed(line: string): ChangeEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isEvent(value) ? value : undefined;
  } catch (error: unknown) {
    if (error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

function isEvent(value: unknown): value is ChangeEvent {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['at', 'kind', 'component', 'instance', 'message'].every((name) => typeof Reflect.get(value, name) === 'string') &&
    Object.values(value).every((one) => typeof one === 'string') &&
    kinds.has(Reflect.get(value, 'kind'))
  );
}
