import type { ProbeOptions } from './prober.js';

export interface Deadline<End = typeof expired> {
  /** Resolves with `expired` after the timeout, or when the signal aborts. Never rejects. */
  readonly reached: Promise<End>;
  /** Releases timer and listener. */
  clear(): void;
}

export const expired = Symbol('expired');
export const flooded = Symbol('flooded');

/** Bytes of one connection; no answer that is read is as long, all that surrounds it included. */
const mostBytes = 8 << 20;
/** Milliseconds between two counts: a peer sends some ten megabytes meanwhile. */
const countMilliseconds = 100;

/**
 * Resolves `reached` with `flooded` when a peer sends without an end, as interim responses or empty frames: reading
 * them until the timeout would take a CPU from the other ports. `bytesRead` are those of the connection so far.
 */
export function startByteLimit(bytesRead: () => number): Deadline<typeof flooded> {
  let resolve: (value: typeof flooded) => void = () => undefined;
  const reached = new Promise<typeof flooded>((done) => {
    resolve = done;
  });
  const timer = setInterval(() => bytesRead() > mostBytes && resolve(flooded), countMilliseconds);
  return { reached, clear: () => clearInterval(timer) };
}

export function startDeadline({ timeout, signal }: ProbeOptions): Deadline {
  const { promise, resolve } = withResolver();
  const timer = setTimeout(resolve, timeout);
  signal?.addEventListener('abort', resolve, { once: true });
  if (signal?.aborted === true) {
    // It raises no event any more.
    resolve();
  }
  return {
    reached: promise,
    clear: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', resolve);
    },
  };
}

function withResolver(): { readonly promise: Promise<typeof expired>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<typeof expired>((done) => {
    resolve = () => done(expired);
  });
  return { promise, resolve };
}
