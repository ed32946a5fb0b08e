import type { Format } from './key.js';

const dayMilliseconds = 86_400_000;

/** `2027-01-31` is the end of that day in UTC. */
export const lastDayFormat: Format<Date> = {
  parse: (text) => {
    const start = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
    // JavaScript takes 2027-02-30 for the 2nd of March.
    const isDate = start !== undefined && !Number.isNaN(start.getTime()) && start.toISOString().startsWith(text);
    return isDate ? new Date(start.getTime() + dayMilliseconds) : undefined;
  },
  what: 'a date',
  hint: 'write the last day as "2027-01-31"',
};
