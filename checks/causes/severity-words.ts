import type { Severity } from './cause.js';

/** What breaks, for people. */
export const severityWords: Readonly<Record<Severity, string>> = {
  failing: 'calls fail now',
  'will-fail': 'will fail at the next restart or date',
  exposed: 'open to unauthorized clients',
  hygiene: 'no call of a component fails',
};
