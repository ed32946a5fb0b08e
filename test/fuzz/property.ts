import type { FuzzTarget } from './targets.js';

/** Milliseconds of CPU that one input may cost; the longest of them are some hundred kB. */
const mostMilliseconds = 3_000;
const prototypes = [Object.prototype, Array.prototype, Function.prototype, String.prototype];
const ownKeys = () => prototypes.map((one) => Reflect.ownKeys(one).length).join();
const untouched = ownKeys();

/** Why the reader did not keep its word on this input; undefined when it did. */
export async function complaint({ read, allowed }: FuzzTarget, input: Buffer): Promise<string | undefined> {
  const before = process.cpuUsage();
  let thrown: unknown;
  try {
    await read(input);
  } catch (error: unknown) {
    thrown = error;
  }
  const { user, system } = process.cpuUsage(before);
  if (ownKeys() !== untouched) {
    return 'it changed a prototype';
  }
  if ((user + system) / 1_000 > mostMilliseconds) {
    return `it took ${Math.round((user + system) / 1_000)} ms`;
  }
  return thrown === undefined ? undefined : unlessAllowed(thrown, allowed);
}

function unlessAllowed(error: unknown, allowed: readonly string[]): string | undefined {
  const name = error instanceof Error ? error.name : typeof error;
  if (!allowed.includes(name)) {
    return `it threw ${error instanceof Error ? error.stack : String(error)}`;
  }
  if (name === 'RangeError' || name === 'PdError') {
    return undefined;
  }
  const { code, hint, message } = error as { code?: unknown; hint?: unknown; message?: unknown };
  const texts = [code, hint, message];
  return texts.every((one) => typeof one === 'string' && one !== '') ? undefined : `its ${name} lacks code or hint`;
}
