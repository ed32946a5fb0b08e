const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** A duration in the largest unit that fits twice: `9 days`, `47 hours`, `40 minutes`, `5 seconds`; `less than a second`. */
export function durationText(milliseconds: number): string {
  const duration = Math.abs(milliseconds);
  if (duration < 1_000) {
    return 'less than a second';
  }
  const [unit, length] = units.find(([, one]) => duration >= 2 * one) ?? ['second', 1_000];
  const amount = Math.floor(duration / length);
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`;
}
