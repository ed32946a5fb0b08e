import { type Finding, type Status, summarize } from '../../checks/finding.js';
import { printable } from '../terminal/printable.js';
import { type Colour, coloured, type Terminal } from '../terminal/terminal.js';
import { wrap } from '../terminal/wrap.js';

const marks: Readonly<Record<Status, { readonly mark: string; readonly colour: Colour }>> = {
  fail: { mark: '✗', colour: 'red' },
  warn: { mark: '!', colour: 'yellow' },
  unknown: { mark: '~', colour: 'gray' },
  accepted: { mark: '=', colour: 'gray' },
  pass: { mark: '✓', colour: 'green' },
};

const indent = 4;

/**
 * Findings in their order, each with its fix below it, then the counts. Passed ones are counted, and listed with `all`.
 * `probed`: what the counts rest on, printed behind them.
 */
export function renderFindings(
  findings: readonly Finding[],
  options: { readonly all: boolean; readonly terminal: Terminal; readonly probed?: string | undefined },
): string {
  const { all, terminal, probed } = options;
  const shown = findings.filter(({ status }) => all || status !== 'pass');
  return `${[...shown.flatMap((finding) => linesOf(finding, terminal)), summaryOf(findings, probed, terminal)].join('\n')}\n`;
}

/** One finding and its fix, as lines that fit the terminal. */
export function linesOf(finding: Finding, terminal: Terminal): readonly string[] {
  const { mark, colour } = marks[finding.status];
  const line = `${printable(locationOf(finding))}  ${printable(finding.message)}  [${finding.check}]`;
  const text = `${coloured(terminal, colour, mark)} ${wrap(line, terminal.columns, indent)}`;
  const remediation =
    finding.status === 'pass' || finding.remediation === '' ? undefined : printable(finding.remediation);
  const lines =
    remediation === undefined ? [text] : [text, `${' '.repeat(indent)}${wrap(remediation, terminal.columns, indent)}`];
  return lines.flatMap((one) => one.split('\n'));
}

/** `tikv 10.0.1.2:20180 grpc as tidb` */
export function locationOf({ component, instance, endpoint, identity }: Finding): string {
  const parts = component === 'agent' ? [component, endpoint] : [component, instance, endpoint];
  const location = parts.filter((one) => one !== undefined).join(' ');
  return identity === undefined ? location : `${location} as ${identity}`;
}

/** The counts of findings, after `head`. */
export function summaryOf(
  findings: readonly Finding[],
  probed: string | undefined,
  terminal: Terminal,
  head = '',
): string {
  const { pass, warn, fail, unknown, accepted } = summarize(findings);
  const paint = (status: Status, count: number, text: string) =>
    count === 0 ? text : coloured(terminal, marks[status].colour, text);
  const counts = [
    paint('fail', fail, `${fail} failed`),
    paint('warn', warn, `${warn} ${warn === 1 ? 'warning' : 'warnings'}`),
    paint('unknown', unknown, `${unknown} inconclusive`),
    ...(accepted === 0 ? [] : [paint('accepted', accepted, `${accepted} accepted`)]),
    paint('pass', pass, `${pass} passed`),
  ].join(', ');
  return wrap(`${head}${probed === undefined ? counts : `${counts} (${probed})`}`, terminal.columns, indent);
}
