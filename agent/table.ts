import { styleText } from 'node:util';
import type { Finding, Status } from '../checks/finding.js';
import { summarize } from '../checks/summary.js';

const marks: Readonly<Record<Status, { readonly mark: string; readonly colour: 'red' | 'yellow' | 'gray' | 'green' }>> =
  {
    fail: { mark: '✗', colour: 'red' },
    warn: { mark: '!', colour: 'yellow' },
    skip: { mark: '~', colour: 'gray' },
    pass: { mark: '✓', colour: 'green' },
  };

/** Findings worst first, each with its cure below it; then one sentence. What passed is counted, or listed with `all`. */
export function renderFindings(findings: readonly Finding[], options: { readonly all: boolean }): string {
  const lines: string[] = [];
  for (const finding of findings) {
    if (finding.status === 'pass' && !options.all) {
      continue;
    }
    const { mark, colour } = marks[finding.status];
    const place = [finding.component, finding.instance, finding.endpoint].filter((one) => one !== undefined).join(' ');
    const caller = finding.identity === undefined ? '' : ` as ${finding.identity}`;
    lines.push(`${styleText(colour, mark)} ${place}${caller}  ${printable(finding.message)}  [${finding.check}]`);
    if (finding.cure !== '' && finding.status !== 'pass') {
      lines.push(`    ${printable(finding.cure)}`);
    }
  }
  const { pass, warn, fail, skip } = summarize(findings);
  lines.push(`${fail} failed, ${warn} warned, ${skip} could not be judged, ${pass} passed`);
  return `${lines.join('\n')}\n`;
}

/** Certificates and peers can say anything; a terminal must not obey it. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '?');
}
