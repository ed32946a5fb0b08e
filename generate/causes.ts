import { causes } from '../checks/causes/catalogue.js';
import type { Severity } from '../checks/causes/cause.js';
import { reasons } from '../checks/causes/reasons.js';
import { severityWords } from '../checks/causes/severity-words.js';
import { table } from './markdown.js';

/** The part of docs/checks.md on causes: what incidents come from, and the table of reasons. */
export function describeCauses(): string {
  const order = Object.entries(severityWords).map(([name, words]) => `\`${name}\` (${words})`);
  const rows = causes.map(({ name, title, severity }) => [`[${name}](#${name})`, title, severity]);
  const rejections = reasons.map(({ code, from, words, cause, fix }) => [
    `\`${code}\``,
    from,
    words,
    `[${cause}](#${cause})`,
    fix,
  ]);
  return `## Causes

\`check\`, the page and the metric \`tidb_mtls_incident\` show incidents: one fault with its place, its fixes in order, and
the findings that it explains. Each failed finding and each warning belongs to exactly one incident; what no cause below
claims is an incident \`unexplained\` with the text of its finding. An incident keeps its id as long as its cause stays at
its place. \`check --findings\` lists the findings instead.

By what breaks, worst first: ${order.join(', ')}. An incident with a failing call of a component is \`failing\`,
whatever its cause. Causes claim findings in this order:

${table(['cause', 'fault', 'severity'], rows)}

${causes.map(section).join('\n')}
### unexplained

A finding that no cause claims, with its own text and fix.

## Reasons

What a TLS implementation, a TLS alert or a status says of a rejection, the usual cause, and what to do. Which cause it is
depends on the other evidence, such as whether the file on disk is good, or whether a list exists and holds the name.

${table(['code', 'from', 'meaning', 'usual cause', 'fix'], rejections)}
`;
}

function section({
  name,
  title,
  severity,
  description,
}: {
  readonly name: string;
  readonly title: string;
  readonly severity: Severity;
  readonly description: string;
}) {
  return `### ${name}

${title}: ${severityWords[severity]}. ${description}
`;
}
