import type { Sourced } from './inventory.js';

/** A configuration file as values with their places. Keys are dotted, however the file nests them: `security.ca-path`. */
export interface ConfigDocument {
  readonly file: string;
  get(key: string): Sourced<unknown> | undefined;
  /** Every key that holds a value, with the place of the key; elements of arrays of tables as `instance.0.address`. */
  keys(): readonly Sourced<string>[];
}
