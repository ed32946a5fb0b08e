/** The numbers of `v8.5.0`, `8.5.0-alpha-12-gabc` or TiDB's `8.0.11-TiDB-v8.5.0`; undefined for other text. */
export function parseVersion(text: string): readonly number[] | undefined {
  const match = /(?:^|TiDB-)v?(\d+)\.(\d+)(?:\.(\d+))?(?![\s\S]*TiDB-v?\d)/.exec(text.trim());
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
}

/** Whether a version precedes another; undefined when the version is unknown. */
export function isBefore(version: string | undefined, other: string): boolean | undefined {
  const left = version === undefined ? undefined : parseVersion(version);
  const right = parseVersion(other);
  if (left === undefined || right === undefined) {
    return undefined;
  }
  const index = left.findIndex((part, at) => part !== right[at]);
  return index >= 0 && (left[index] ?? 0) < (right[index] ?? 0);
}
