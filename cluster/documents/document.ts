import type { Origin, Sourced } from './origin.js';

/** A configuration as values with their places. Keys are dotted, however the file nests them: `security.ca-path`. */
export interface ConfigDocument {
  readonly file: string;
  /** The working directory of the process that reads it, where it is known. */
  readonly directory?: string | undefined;
  get(key: string): Sourced<unknown> | undefined;
  /** Every key that holds a value, with the place of the key; elements of arrays of tables as `instance.0.address`. */
  keys(): readonly Sourced<string>[];
}

/** One value, its place, and the place of its key. */
export interface Entry {
  readonly value: unknown;
  readonly valueOrigin: Origin;
  readonly keyOrigin: Origin;
}

export type Entries = ReadonlyMap<string, Entry>;

/** Where several say the same key, the last one counts. */
export function documentOf(file: string, ...layers: readonly Entries[]): ConfigDocument {
  const entries = new Map(layers.flatMap((layer) => [...layer]));
  return {
    file,
    get: (key) => {
      const entry = entries.get(key);
      return entry === undefined ? undefined : { value: entry.value, origin: entry.valueOrigin };
    },
    keys: () => [...entries].map(([key, { keyOrigin }]) => ({ value: key, origin: keyOrigin })),
  };
}
