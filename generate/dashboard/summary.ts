import { count, none, result, timeLeft } from './appearance.js';
import type { Panel, Row } from './panel.js';
import { attempt, port, recorded, select } from './select.js';

const places = `max by (${attempt}, check) (${select('findingStatus')})`;
const ports = `max by (${port}) (${select('findingStatus', 'check="endpoint-answers"')})`;

function stat(title: string, description: string, expr: string, look: Panel['look'] & object): Panel {
  return { kind: 'stat', title, description, width: 4, height: 4, queries: [{ expr }], look };
}

export const resultRow: Row = {
  title: 'Verdict',
  tells: 'the worst verdict, how many there are of each kind, and every finding that is not a pass, worst first',
  panels: [
    stat('Verdict', 'The worst verdict of all checks at all places.', `max(${places})`, {
      ...result,
      words: { 0: 'all proven', 1: 'not all known', 2: 'warnings', 3: 'failures' },
    }),
    stat('Failed', 'Places where a check failed.', `count(${places} == 3) or vector(0)`, none('red')),
    stat('Warned', 'Places where a check warns.', `count(${places} == 2) or vector(0)`, none('orange')),
    stat('Not known', 'Places where a check could not judge.', `count(${places} == 1) or vector(0)`, none('blue')),
    stat('Ports that answer', 'Ports that answered over mutual TLS.', `count(${ports} == 0) or vector(0)`, count),
    stat('Ports', 'Ports that the agents look at.', `count(${ports})`, count),
    stat(
      'Soonest end',
      'Time left of the certificate that ends first.',
      `min(${select('notAfter')}) - time()`,
      timeLeft,
    ),
    stat(
      'CAs',
      'Different CA certificates in the files of all components. More than one during the change of a CA. From the recording rules.',
      `sum(${recorded('tidb_mtls:ca_fingerprints:count')})`,
      { decimals: 0, colours: [{ colour: 'green' }, { colour: 'orange', from: 2 }] },
    ),
    {
      kind: 'table',
      title: 'What is not a pass',
      description:
        'Every place where a check failed or warns. Empty is good. Cures are on the status page of the agent.',
      width: 16,
      height: 8,
      queries: [{ expr: `sort_desc(${places} > 1)` }],
      columns: [{ name: 'verdict', look: result }],
    },
  ],
};
