/** How a value is written; the reader takes a key only as the type that stands here. */
export type KeyType = 'string' | 'strings' | 'string or strings' | 'path' | 'duration' | 'integer' | 'boolean';

/** One key of agent.toml: what the reader knows and docs/configuration.md shows. */
export interface ConfigKey {
  readonly type: KeyType;
  /** What a number counts. */
  readonly unit?: string;
  /** A TOML value that changes nothing when written out; `none` or `required` where there is no such value. */
  readonly default: string;
  /** A TOML value that the reader takes. */
  readonly example: string;
  readonly meaning: string;
  /** The mode of a `[[proxy]]` that takes it, where the other one refuses it. */
  readonly mode?: 'terminate' | 'originate';
}

export type ConfigKeys = Readonly<Record<string, ConfigKey>>;
