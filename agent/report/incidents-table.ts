import type { Incident, Severity } from '../../checks/causes/cause.js';
import { locationText } from '../../checks/causes/place.js';
import { severityWords } from '../../checks/causes/severity-words.js';
import { counted } from '../../checks/counted.js';
import { durationText } from '../../checks/duration-text.js';
import type { Finding } from '../../checks/finding.js';
import { printable } from '../terminal/printable.js';
import { type Colour, coloured, type Terminal } from '../terminal/terminal.js';
import { wrap } from '../terminal/wrap.js';
import { linesOf, summaryOf } from './findings-table.js';

const colours: Readonly<Record<Severity, Colour>> = {
  failing: 'red',
  'will-fail': 'yellow',
  exposed: 'yellow',
  hygiene: 'gray',
};

const indent = 4;

/** What one run found, with the time of the checks. */
export interface Evaluated {
  readonly findings: readonly Finding[];
  readonly incidents: readonly Incident[];
}

/**
 * Incidents, worst first, each with its fixes and what it explains; then the inconclusive findings that no incident
 * explains, the accepted ones, and the counts.
 */
export function renderIncidents(
  { findings, incidents }: Evaluated,
  options: { readonly terminal: Terminal; readonly now: Date; readonly probed?: string | undefined },
): string {
  const { terminal, now, probed } = options;
  const explained = new Set(incidents.flatMap((incident) => incident.findings));
  const isShown = ({ status }: Finding) => status === 'unknown' || status === 'accepted';
  const rest = findings.filter((finding) => isShown(finding) && !explained.has(finding));
  const head = incidents.length === 0 ? [] : [`${counted(incidents.length, 'incident')}: `];
  const lines = [
    ...incidents.flatMap((incident) => incidentLines(incident, now, terminal)),
    ...rest.flatMap((finding) => linesOf(finding, terminal)),
    summaryOf(findings, probed, terminal, head.join('')),
  ];
  return `${lines.join('\n')}\n`;
}

/** One incident, its fixes and what it explains, as lines that fit the terminal. */
export function incidentLines(incident: Incident, now: Date, terminal: Terminal): readonly string[] {
  const { cause, severity, place, summary, fixes, findings, since } = incident;
  const at =
    since === undefined
      ? ''
      : `, since ${since.toISOString().slice(0, 16)}Z (${durationText(now.getTime() - since.getTime())})`;
  const mark = coloured(terminal, colours[severity], incident.status === 'fail' ? '✗' : '!');
  const line = `${printable(locationText(place))}  ${printable(summary)}  [${cause}]`;
  const checks = [...new Set(findings.map(({ check }) => check))].sort();
  const explains = `${severityWords[severity]}${at}; explains ${counted(findings.length, 'finding')}: ${checks.join(', ')}`;
  const steps = fixes.map((fix, index) => (fixes.length === 1 ? fix : `${index + 1}. ${fix}`));
  return [
    `${mark} ${wrap(line, terminal.columns, indent)}`,
    ...steps.map((step) => `${' '.repeat(indent)}${wrap(printable(step), terminal.columns, indent)}`),
    coloured(terminal, 'gray', `${' '.repeat(indent)}${wrap(explains, terminal.columns, indent)}`),
  ].flatMap((one) => one.split('\n'));
}

/** An incident that is over. */
export function goneLines({ cause, place }: Incident, terminal: Terminal): readonly string[] {
  const line = `${printable(locationText(place))}  is gone  [${cause}]`;
  return [`${coloured(terminal, 'green', '✓')} ${wrap(line, terminal.columns, indent)}`];
}
