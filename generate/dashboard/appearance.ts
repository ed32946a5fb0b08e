import { thresholds } from '../../checks/thresholds.js';
import type { Style } from './panel.js';

/** Time left, coloured by the days of checks/thresholds.ts. */
export const timeLeft: Style = {
  unit: 's',
  decimals: 1,
  colours: [
    { colour: 'dark-red' },
    { colour: 'red', from: thresholds.emergency.seconds },
    { colour: 'orange', from: thresholds.critical.seconds },
    { colour: 'green', from: thresholds.warning.seconds },
  ],
};

/** The values of `tidb_mtls_finding`. */
export const result: Style = {
  words: { 0: 'pass', 1: 'inconclusive', 2: 'warn', 3: 'fail' },
  colours: [
    { colour: 'green' },
    { colour: 'blue', from: 1 },
    { colour: 'orange', from: 2 },
    { colour: 'red', from: 3 },
  ],
};

/** A count that should be 0. */
export function none(colour: string): Style {
  return { decimals: 0, colours: [{ colour: 'green' }, { colour, from: 1 }] };
}

export const count: Style = { decimals: 0, colours: [{ colour: 'blue' }] };

export const yesOrNo: Style = {
  words: { 0: 'no', 1: 'yes' },
  colours: [{ colour: 'red' }, { colour: 'green', from: 1 }],
};
