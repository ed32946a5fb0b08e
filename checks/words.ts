/** A span in the largest unit that says enough: `9 days`, `3 hours`, `40 minutes`. */
export function spanInWords(milliseconds: number): string {
  const minutes = Math.abs(milliseconds) / 60_000;
  const [amount, unit] =
    minutes >= 2880 ? [minutes / 1440, 'day'] : minutes >= 120 ? [minutes / 60, 'hour'] : [minutes, 'minute'];
  const rounded = Math.floor(amount);
  return `${rounded} ${unit}${rounded === 1 ? '' : 's'}`;
}
