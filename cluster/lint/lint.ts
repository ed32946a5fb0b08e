import type { Origin, Problem } from '../documents/origin.js';
import { readDescribedFile } from '../sources/described-file.js';
import { mistakesOfDeployment } from './deployment.js';
import { mistakesIn, mistakesInBoth, type RuleOptions } from './mistakes.js';

/** The TLS mistakes that the file alone proves, in the order of its lines. Never throws. */
export function lintFile(file: string, options: RuleOptions = {}): readonly Problem[] {
  const problems: Problem[] = [];
  const read = readDescribedFile(file, problems);
  // The second file of a component is linted by its own name.
  const mistakes = read.kind === 'component' ? mistakesIn : mistakesInBoth;
  problems.push(...read.described.flatMap((described) => mistakes(described, options)));
  problems.push(...mistakesOfDeployment(read, file));
  return distinct(problems).sort((a, b) => lineOf(a.origin) - lineOf(b.origin));
}

/** Reports a setting of several instances once, and also a note that holds for all of them. */
function distinct(problems: readonly Problem[]): Problem[] {
  const key = ({ origin, ...rest }: Problem) => JSON.stringify(rest.severity === 'note' ? rest : { origin, ...rest });
  return [...new Map([...problems].reverse().map((problem) => [key(problem), problem])).values()].reverse();
}

function lineOf(origin: Origin): number {
  return origin.kind === 'file' ? origin.line : 0;
}
