import { setTimeout as pause } from 'node:timers/promises';

/** Waits until a condition holds and returns how long that took, in milliseconds; throws when it never does. */
export async function eventually(
  what: string,
  milliseconds: number,
  holds: () => boolean | Promise<boolean>,
): Promise<number> {
  const start = performance.now();
  while (!(await holds())) {
    if (performance.now() - start > milliseconds) {
      throw new Error(`not within ${milliseconds} ms: ${what}`);
    }
    await pause(10);
  }
  return performance.now() - start;
}
