import type { Origin, Sourced } from './origin.js';

/** A configuration as values with their source positions. Keys are dotted, however the file nests them: `security.ca-path`. */
export interface ConfigDocument {
  readonly file: string;
  /** The working directory of the process that reads it, if known. */
  readonly directory?: string | undefined;
  get(key: string): Sourced<unknown> | undefined;
  /** Every key with a value, and the position of the key. Elements of arrays of tables are `instance.0.address`. */
  keys(): readonly Sourced<string>[];
}

/** One value, its position, and the position of its key. */
export interface Entry {
  readonly value: unknown;
  readonly valueOrigin: Origin;
  readonly keyOrigin: Origin;
}

export type Entries = ReadonlyMap<string, Entry>;

/** Entries that share one position, as those that a deployment implies. */
export function entriesAt(origin: Origin, settings: Readonly<Record<string, unknown>>): Entries {
  return new Map(
    Object.entries(settings).map(([key, value]) => [key, { value, valueOrigin: origin, keyOrigin: origin }]),
  );
}

/** A document of several layers. Where they share a key, the last one counts. */
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
