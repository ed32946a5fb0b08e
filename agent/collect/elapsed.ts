import { setTimeout as pause } from 'node:timers/promises';

/** Resolves to true after so many milliseconds, or to false as soon as `signal` aborts; keeps no process alive unless `ref`. */
export async function elapsed(milliseconds: number, signal: AbortSignal, { ref = true } = {}): Promise<boolean> {
  try {
    await pause(Math.max(0, milliseconds), undefined, { signal, ref });
    return true;
  } catch (error: unknown) {
    if (!signal.aborted) {
      throw error;
    }
    return false;
  }
}
