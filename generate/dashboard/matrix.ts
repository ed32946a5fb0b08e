import { componentNames } from '../../cluster/components/profile.js';
import type { Row, Style } from './panel.js';
import { port, select } from './select.js';

/** The identities of probes, in the order of the columns. */
export const callers = [
  'agent',
  ...componentNames.filter((name) => name !== 'other'),
  'plaintext',
  'no-certificate',
  'foreign-ca',
  'wrong-name',
] as const;

const cell: Style = {
  words: {
    0: 'accepted',
    1: 'inconclusive',
    2: 'accepted: no allow-list',
    3: 'accepted, should be rejected',
    4: 'rejected, as configured',
    5: 'rejected, should be accepted',
    6: 'rejected without an allow-list',
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

/** The identity `agent` shows whether the port answers. */
const agentCell: Style = { ...cell, words: { 0: 'answers', 1: 'inconclusive', 5: 'does not answer' } };

/**
 * One number per port for one identity. For an unauthorized client: the finding, plus 4 where it was rejected. For a
 * component that calls the port: the finding, with a failure as 5. Several instances of one component have the identities
 * `tikv`, `tikv@host`.
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
  title: 'Access matrix',
  summary: 'for each port and each identity the result of the last probe, and whether the configuration agrees',
  panels: [
    {
      kind: 'table',
      title: 'Identities by port',
      description:
        "One line per port, one column per identity. A component's probe uses its certificate on an agent's node. plaintext, no-certificate, foreign-ca and wrong-name are unauthorized clients. An empty cell was not probed.",
      width: 24,
      height: 12,
      queries: callers.map((caller) => ({ expr: resultsOf(caller) })),
      columns: callers.map((name) => ({ name, style: name === 'agent' ? agentCell : cell })),
    },
  ],
};
