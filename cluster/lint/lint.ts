import type { Origin, Problem } from '../documents/origin.js';
import { readDescribedFile } from '../sources/described-file.js';
import { isCompose, lintCompose } from './compose-rules.js';
import { lintManifests } from './kubernetes-rules.js';
import { subjectOf } from './rule.js';
import { rules } from './rules.js';
import { lintTopology } from './topology-rules.js';

export interface LintOptions {
  /** The release of the cluster, where no file tells it. */
  readonly version?: string | undefined;
}

/** The TLS mistakes of one file, as far as the file alone proves them, in the order of its lines. Never throws. */
export function lintFile(file: string, { version }: LintOptions = {}): readonly Problem[] {
  const problems: Problem[] = [];
  const read = readDescribedFile(file, problems);
  for (const described of read.described) {
    problems.push(...lintDescribed(described, version));
    if (read.kind !== 'component' && described.second !== undefined) {
      problems.push(
        ...lintDescribed({ ...described, document: described.second, second: undefined, companion: true }, version),
      );
    }
  }
  if (read.kind === 'topology') {
    problems.push(...lintTopology(read.topology));
  }
  if (read.kind === 'kubernetes') {
    problems.push(...lintManifests(read.documents));
  }
  if (read.kind === 'other') {
    problems.push(...read.documents.filter(isCompose).flatMap(lintCompose));
  }
  return distinct(problems).sort((a, b) => lineOf(a.origin) - lineOf(b.origin));
}

function lintDescribed(described: Parameters<typeof subjectOf>[0], version: string | undefined): readonly Problem[] {
  const subject = subjectOf(described, version);
  return rules.flatMap(({ code, severity, run }) => run(subject).map((report) => ({ code, severity, ...report })));
}

/** A setting that several instances share is reported once, and so is a note that holds for all of them. */
function distinct(problems: readonly Problem[]): Problem[] {
  const key = ({ origin, ...rest }: Problem) => JSON.stringify(rest.severity === 'note' ? rest : { origin, ...rest });
  return [...new Map([...problems].reverse().map((problem) => [key(problem), problem])).values()].reverse();
}

function lineOf(origin: Origin): number {
  return origin.kind === 'file' ? origin.line : 0;
}
