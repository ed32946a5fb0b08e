import type { ChangeEvent } from './event-store.js';

const windowMilliseconds = 10 * 60_000;
/** Changes of one thing within the window that are recorded one by one. */
const mostInWindow = 10;

interface Recent {
  /** When it changed, within the window, in milliseconds since the epoch. */
  readonly changes: readonly number[];
  /** Changes that were counted instead of recorded, since `since`. */
  readonly counted: number;
  readonly since: number;
  readonly latest: ChangeEvent;
}

/**
 * Counts the changes of what flaps instead of recording each: the first ten within ten minutes are recorded, then one
 * event every ten minutes that says how many there were, and a last one when it has been quiet for as long.
 */
export class Flapping {
  readonly #now: () => Date;
  readonly #recent = new Map<string, Recent>();

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** What to record for a change of `key`. */
  changed(key: string, event: ChangeEvent): readonly ChangeEvent[] {
    const at = this.#now().getTime();
    const known = this.#recent.get(key);
    const changes = [...(known?.changes ?? []), at]
      .filter((one) => one > at - windowMilliseconds)
      .slice(-mostInWindow - 1);
    const since = known?.since ?? at;
    if ((known?.counted ?? 0) === 0 && changes.length <= mostInWindow) {
      this.#recent.set(key, { changes, counted: 0, since: at, latest: event });
      return [event];
    }
    const recent = { changes, counted: (known?.counted ?? 0) + 1, since, latest: event };
    const isDue = at - since >= windowMilliseconds;
    this.#recent.set(key, isDue ? { ...recent, counted: 0, since: at } : recent);
    return isDue ? [summaryOf(recent)] : [];
  }

  /** What to record of whatever has been quiet since; to be called now and then. */
  settled(): readonly ChangeEvent[] {
    const before = this.#now().getTime() - windowMilliseconds;
    const quiet = [...this.#recent].filter(([, { changes }]) => (changes.at(-1) ?? 0) <= before);
    for (const [key] of quiet) {
      this.#recent.delete(key);
    }
    return quiet.flatMap(([, recent]) => (recent.counted === 0 ? [] : [summaryOf(recent)]));
  }
}

function summaryOf({ counted, since, latest }: Recent): ChangeEvent {
  const times = counted === 1 ? 'once more' : `${counted} more times`;
  return { ...latest, message: `${latest.message} (changed ${times} since ${new Date(since).toISOString()})` };
}
