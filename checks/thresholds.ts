/** A remaining validity, in seconds and as a share of the lifetime. The sooner of the two counts. */
export interface Threshold {
  readonly seconds: number;
  readonly share: number;
}

const day = 86_400;

/**
 * Chosen so that a certificate of ten years, one of a year that is renewed 15 days before it expires, and one of 24 hours
 * give no premature warning. The alert rules use the same numbers.
 */
export const thresholds = {
  warning: { seconds: 14 * day, share: 0.2 },
  critical: { seconds: 7 * day, share: 0.1 },
  emergency: { seconds: day, share: 0.03 },
} as const satisfies Record<string, Threshold>;

/** Milliseconds that a process is expected to run without a restart. Certificates issued for less are renewed while it runs. */
export const uptime = 30 * day * 1000;

/** As `less than 14 days and less than 20 % of the lifetime are left`. */
export function thresholdText(level: keyof typeof thresholds): string {
  const { seconds, share } = thresholds[level];
  return `less than ${seconds / day} days and less than ${Math.round(100 * share)} % of the lifetime are left`;
}

type Urgency = 'not-yet-valid' | 'fine' | 'warning' | 'critical' | 'emergency' | 'expired';

/** How urgent a renewal is at `now`. */
export function urgencyOf(validity: { readonly notBefore: Date; readonly notAfter: Date }, now: Date): Urgency {
  const remaining = (validity.notAfter.getTime() - now.getTime()) / 1000;
  const lifetime = (validity.notAfter.getTime() - validity.notBefore.getTime()) / 1000;
  if (remaining < 0) {
    return 'expired';
  }
  if (now < validity.notBefore) {
    return 'not-yet-valid';
  }
  const below = ({ seconds, share }: Threshold) => remaining < Math.min(seconds, share * lifetime);
  return (['emergency', 'critical', 'warning'] as const).find((level) => below(thresholds[level])) ?? 'fine';
}
