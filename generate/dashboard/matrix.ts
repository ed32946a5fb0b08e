import { componentNames } from '../../cluster/components/profile.js';
import type { Look, Row } from './panel.js';
import { port, select } from './select.js';

/** Who comes to a port, in the order of the columns. */
export const callers = ['agent', ...componentNames, 'plaintext', 'no-certificate', 'foreign-ca', 'wrong-name'] as const;

const cell: Look = {
  words: {
    0: 'let in',
    1: 'not known',
    2: 'let in: no list',
    3: 'let in, should be refused',
    4: 'refused, as it should be',
    5: 'refused, should be let in',
    6: 'refused, no list says so',
  },
  colours: [
    { colour: 'green' },
    { colour: 'blue', from: 1 },
    { colour: 'orange', from: 2 },
    { colour: 'red', from: 3 },
    { colour: 'semi-dark-green', from: 4 },
    { colour: 'red', from: 5 },
    { colour: 'orange', from: 6 },
  ],
};

/** Our own identity only asks whether the port answers. */
const ownCell: Look = { ...cell, words: { 0: 'answers', 1: 'not known', 5: 'does not answer' } };

/**
 * One number per port for one caller. As a stranger: the finding, and 4 more where it was refused. As one who calls the
 * port: the finding, with a failure as 5. Pairs of several instances of one component are `tikv`, `tikv@host`.
 */
function resultsOf(caller: string): string {
  const identity = `identity=~"${caller}(@.*)?"`;
  const finding = (checks: string) => `max by (${port}) (${select('findingStatus', `check=~"${checks}",${identity}`)})`;
  const unauthorizedClient = finding('rejects-unauthorized');
  const rejected = `max by (${port}) (${select('unauthorizedClientRejected', identity)})`;
  const called = finding('endpoint-answers|caller-accepted');
  return `(${unauthorizedClient} + on (${port}) 4 * ${rejected}) or ${unauthorizedClient} or (${called} + 2 * (${called} == bool 3))`;
}

export const matrixRow: Row = {
  title: 'Who is let in where',
  tells: 'for each port what happened to each caller and stranger at its last visit, and whether that was right',
  panels: [
    {
      kind: 'table',
      title: 'Callers and strangers by port',
      description:
        "One line per port, one column per caller. Components come with the pairs of an agent's node; plaintext, anonymous, untrusted and imposter are strangers. An empty cell was not tried.",
      width: 24,
      height: 12,
      queries: callers.map((caller) => ({ expr: resultsOf(caller) })),
      columns: callers.map((name) => ({ name, look: name === 'agent' ? ownCell : cell })),
    },
  ],
};
