import { count, none, result, timeLeft } from './appearance.js';
import type { Panel, Row } from './panel.js';
import { attempt, port, recorded, select } from './select.js';

const results = `max by (${attempt}, check) (${select('findingStatus')})`;
const ports = `max by (${port}) (${select('findingStatus', 'check="endpoint-answers"')})`;

function stat(title: string, description: string, expr: string, style: Panel['style'] & object): Panel {
  return { kind: 'stat', title, description, width: 4, height: 4, queries: [{ expr }], style };
}

export const resultRow: Row = {
  title: 'Result',
  summary: 'the worst result of all checks, the number of results by status, and every failure and warning',
  panels: [
    stat('Worst result', 'The worst result of all checks.', `max(${results})`, {
      ...result,
      words: { 0: 'pass', 1: 'inconclusive', 2: 'warnings', 3: 'failures' },
    }),
    stat('Failed', 'Results that failed.', `count(${results} == 3) or vector(0)`, none('red')),
    stat('Warnings', 'Results with a warning.', `count(${results} == 2) or vector(0)`, none('orange')),
    stat('Inconclusive', 'Results that are inconclusive.', `count(${results} == 1) or vector(0)`, none('blue')),
    stat('Ports that answer', 'Ports that answered over mutual TLS.', `count(${ports} == 0) or vector(0)`, count),
    stat('Ports', 'Ports that the agents probe.', `count(${ports})`, count),
    stat(
      'Earliest expiry',
      'Time left of the certificate in use that expires first.',
      `min(${select('notAfter')} or ${select('caNotAfter', 'in_use="true"')}) - time()`,
      timeLeft,
    ),
    stat(
      'CAs',
      'Different CAs by which the certificates of all components verify; a CA renewed with its key is one. More than one during a CA rotation. From the recording rules.',
      `sum(${recorded('tidb_mtls:cas_in_use:count')})`,
      { decimals: 0, colours: [{ colour: 'green' }, { colour: 'orange', from: 2 }] },
    ),
    {
      kind: 'table',
      title: 'Failures and warnings',
      description:
        "Every result that failed or has a warning. Empty in a healthy cluster. The agent's status page has the remediation.",
      width: 16,
      height: 8,
      queries: [{ expr: `sort_desc(${results} > 1)` }],
      columns: [{ name: 'result', style: result }],
    },
  ],
};
