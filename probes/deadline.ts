import type { ProbeOptions } from './prober.js';

export interface Deadline {
  /** Resolves with `expired` after the timeout, or when the signal aborts. Never rejects. */
  readonly reached: Promise<typeof expired>;
  /** Releases timer and listener. */
  clear(): void;
}

export const expired = Symbol('expired');

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
