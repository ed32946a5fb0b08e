import { exceptionText } from '../../credentials/error-text.js';
import type { Origin, Problem } from '../documents/origin.js';
import type { Described } from '../inventory/described.js';
import { readDescribedFile } from '../sources/described-file.js';
import { isCompose, lintCompose } from './compose-rules.js';
import { lintManifests } from './kubernetes-rules.js';
import { type Rule, subjectOf } from './rule.js';
import { rules as everyRule } from './rules.js';
import { lintTopology } from './topology-rules.js';

interface LintOptions {
  /** The release of the cluster, for files that do not name it. */
  readonly version?: string | undefined;
  readonly rules?: readonly Rule[];
}

/** The TLS mistakes that the file alone proves, in the order of its lines. Never throws. */
export function lintFile(file: string, { version, rules = everyRule }: LintOptions = {}): readonly Problem[] {
  const problems: Problem[] = [];
  const read = readDescribedFile(file, problems);
  const lintDescribed = (described: Described) => rulesOn(described, file, version, rules);
  for (const described of read.described) {
    problems.push(...lintDescribed(described));
    if (read.kind !== 'component' && described.second !== undefined) {
      problems.push(...lintDescribed({ ...described, document: described.second, second: undefined, companion: true }));
    }
  }
  if (read.kind === 'topology') {
    problems.push(...reportsOf('topology', file, () => lintTopology(read.topology)));
  }
  if (read.kind === 'kubernetes') {
    problems.push(...reportsOf('kubernetes', file, () => lintManifests(read.documents)));
  }
  if (read.kind === 'other') {
    problems.push(...reportsOf('compose', file, () => read.documents.filter(isCompose).flatMap(lintCompose)));
  }
  return distinct(problems).sort((a, b) => lineOf(a.origin) - lineOf(b.origin));
}

function rulesOn(
  described: Described,
  file: string,
  version: string | undefined,
  rules: readonly Rule[],
): readonly Problem[] {
  const subject = subjectOf(described, version);
  return rules.flatMap(({ code, severity, run }) =>
    reportsOf(code, file, () => run(subject).map((report) => ({ code, severity, ...report }))),
  );
}

/** The reports of one rule. A rule that throws gives one inconclusive note with the exception; the others still run. */
function reportsOf(code: string, file: string, run: () => readonly Problem[]): readonly Problem[] {
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

/** Reports a setting of several instances once, and also a note that holds for all of them. */
function distinct(problems: readonly Problem[]): Problem[] {
  const key = ({ origin, ...rest }: Problem) => JSON.stringify(rest.severity === 'note' ? rest : { origin, ...rest });
  return [...new Map([...problems].reverse().map((problem) => [key(problem), problem])).values()].reverse();
}

function lineOf(origin: Origin): number {
  return origin.kind === 'file' ? origin.line : 0;
}
