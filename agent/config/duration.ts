/**
 * The longest that is taken, in milliseconds and as it is written. Node runs at once what it is to run in more than 24.8
 * days, and a tenth may be added to what is taken.
 */
export const longestDuration = { milliseconds: 500 * 3_600_000, text: '500h' } as const;

const unitMilliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `"15s"`, `"1m30s"`, `"500ms"` as in the components' own files, to milliseconds; undefined when it is not a duration. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(ms|s|m|h))+$/.test(text)) {
    return undefined;
  }
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|s|m|h)/g)) {
    total += Number(amount) * (unitMilliseconds[unit ?? ''] ?? 0);
  }
  return total;
}
