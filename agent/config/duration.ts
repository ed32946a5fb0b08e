/**
 * The longest duration, in milliseconds and as text. Node fires a timer of more than 24.8 days at once, and jitter may
 * add a tenth to a duration.
 */
export const longestDuration = { milliseconds: 500 * 3_600_000, text: '500h' } as const;

const unitMilliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `"15s"`, `"1m30s"`, `"500ms"` as in the components' own files, to milliseconds; undefined for other text. */
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
