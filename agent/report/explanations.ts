import { checks } from '../../checks/catalogue.js';
import { causes } from '../../checks/causes/catalogue.js';
import { severityWords } from '../../checks/causes/severity-words.js';
import { checkExamples } from '../../checks/examples.js';
import { lintCatalogue } from '../../cluster/lint/catalogue.js';
import { lintExamples } from '../../cluster/lint/examples.js';
import { coloured, type Terminal } from '../terminal/terminal.js';
import { wrap } from '../terminal/wrap.js';

/** What `--explain` prints for one check or lint rule; paragraphs are plain text. */
export interface Explanation {
  readonly id: string;
  /** `check`, `cause`, or `lint rule`. */
  readonly kind: string;
  /** What holds when a check passes; what a rule reports. */
  readonly title: string;
  readonly paragraphs: readonly (readonly [heading: string, text: string])[];
  /** As it is printed, line by line. */
  readonly example: readonly string[];
}

const worst = {
  fail: 'It can fail (exit status 1).',
  warn: 'It warns at most (exit status 1 with --fail-on warn).',
  note: 'It is reported as a note (exit status 0).',
} as const;

const headings = [
  ['fail', 'When it fails'],
  ['warn', 'When it warns'],
  ['unknown', 'When it is inconclusive'],
] as const;

const explanations: readonly Explanation[] = [
  ...checks.map(({ id, title, severity, description, remediation, statuses }) => ({
    id,
    kind: 'check',
    title,
    paragraphs: [
      ['What it means', withoutMarkup(description)],
      ...headings
        .filter(([status]) => statuses[status] !== undefined)
        .map(([status, heading]) => [heading, `When ${statuses[status]}.`] as const),
      ['Exit status', worst[severity]],
      ['Fix', withoutMarkup(remediation)],
    ] as const,
    example: checkExamples[id] ?? [],
  })),
  ...causes.map(({ name, title, severity, description }) => ({
    id: name,
    kind: 'cause',
    title,
    paragraphs: [
      ['What it means', withoutMarkup(description)],
      ['What breaks', `${severityWords[severity]}.`],
    ] as const,
    example: [],
  })),
  ...lintCatalogue.map(({ code, title, severity }) => ({
    id: code,
    kind: 'lint rule',
    title,
    paragraphs: [['When it is reported', `${title}. ${worst[severity]}`]] as const,
    example: lintExampleLines(code),
  })),
];

/** Ids of all checks, names of all causes and codes of all lint rules. */
export const explainedIds: readonly string[] = explanations.map(({ id }) => id);

export function explanationOf(id: string): Explanation | undefined {
  return explanations.find((one) => one.id === id);
}

/** The text of one check or lint rule, for a terminal. */
export function explain(found: Explanation, terminal: Terminal): string {
  const head = `${coloured(terminal, 'bold', found.id)} (${found.kind})\n    ${wrap(found.title, terminal.columns, 4)}`;
  const body = found.paragraphs.map(
    ([heading, text]) => `${coloured(terminal, 'bold', heading)}\n    ${wrapLines(text, terminal.columns, 4)}`,
  );
  // Indented lines are the text of a file, or a fix, and keep their breaks.
  const fits = (line: string) => (line.startsWith(' ') ? line : wrap(line, terminal.columns, 4));
  const example = found.example.map((line) => `    ${fits(line)}`).join('\n');
  const shown = example === '' ? [] : [`${coloured(terminal, 'bold', 'Example')}\n${example}`];
  return `${[head, ...body, ...shown].join('\n\n')}\n`;
}

/** Each line wrapped by itself; blank lines between paragraphs are left out. */
function wrapLines(text: string, columns: number | undefined, indent: number): string {
  const lines = text.split(/\n+/).map((line) => wrap(line, columns, indent));
  return lines.join(`\n${' '.repeat(indent)}`);
}

/** The file with the mistake, then what `lint` reports for it. */
function lintExampleLines(code: string): readonly string[] {
  const example = lintExamples[code];
  if (example === undefined) {
    return [];
  }
  const { file, version, text, reported, remediation } = example;
  const title = version === undefined ? `${file}:` : `${file}, release ${version}:`;
  return [
    title,
    ...text
      .trimEnd()
      .split('\n')
      .map((line) => `    ${line}`),
    reported,
    `    ${remediation}`,
  ];
}

/** Text of the catalogue, which is Markdown, with code spans and links as their text. */
function withoutMarkup(markdown: string): string {
  return markdown.replaceAll('`', '').replace(/\[([^\]]+)\]\([^)]+\)/g, '$1');
}
