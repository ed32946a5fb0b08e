import { exceptionText } from '../../credentials/error-text.js';
import type { Problem } from '../documents/origin.js';
import type { Described } from '../inventory/described.js';
import { type Rule, subjectOf } from './rule.js';
import { rules as everyRule } from './rules.js';

export interface RuleOptions {
  /** The release of the component, for a file that does not name it. */
  readonly version?: string | undefined;
  readonly rules?: readonly Rule[];
}

/** What the rules report of one component's settings; its second file counts as another one. Never throws. */
export function mistakesIn(described: Described, { version, rules = everyRule }: RuleOptions = {}): readonly Problem[] {
  const subject = subjectOf(described, version);
  return rules.flatMap(({ code, severity, run }) =>
    reportsOf(code, described.document.file, () => run(subject).map((report) => ({ code, severity, ...report }))),
  );
}

/** As `mistakesIn`, of both files of a component that has two. */
export function mistakesInBoth(described: Described, options: RuleOptions = {}): readonly Problem[] {
  const { second, ...rest } = described;
  const ofSecond = second === undefined ? [] : mistakesIn({ ...rest, document: second, companion: true }, options);
  return [...mistakesIn(described, options), ...ofSecond];
}

/** The reports of one rule. A rule that throws gives one inconclusive note with the exception; the others still run. */
export function reportsOf(code: string, file: string, run: () => readonly Problem[]): readonly Problem[] {
  try {
    return run();
  } catch (error: unknown) {
    return [
      {
        code,
        severity: 'note',
        origin: { kind: 'file', file, line: 1, column: 1 },
        message: `inconclusive: the rule itself failed, which says nothing about the file (${exceptionText(error)})`,
        remediation: 'report this as a fault of tidb-mtls-agent',
      },
    ];
  }
}
