const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** A span in the largest unit of which there are two: `9 days`, `47 hours`, `40 minutes`, `5 seconds`; `less than a second`. */
export function spanInWords(milliseconds: number): string {
  const span = Math.abs(milliseconds);
  if (span < 1_000) {
    return 'less than a second';
  }
  const [unit, length] = units.find(([, one]) => span >= 2 * one) ?? ['second', 1_000];
  const amount = Math.floor(span / length);
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`;
}
