import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds that a probe may take where an answer is expected, on a machine that has no time for it. */
export const patience = 20_000;

/** Beyond what any machine needs, however loaded: how fast something is stands in bench/, tests say that it happens. */
const limit = 180_000;

/** Waits until a condition holds and returns how long that took, in milliseconds; throws when it never does. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<number> {
  const start = performance.now();
  while (!(await holds())) {
    if (performance.now() - start > limit) {
      throw new Error(`waited in vain: ${what}`);
    }
    await pause(10);
  }
  return performance.now() - start;
}
