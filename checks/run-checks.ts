import { exceptionText } from '../credentials/error-text.js';
import { checks } from './catalogue.js';
import type { Check, Evidence } from './check.js';
import { type Finding, findingOf, type Status } from './finding.js';

/** A check, or a part of what is evaluated under one name. */
interface Run<Given> {
  readonly id: string;
  readonly run: (given: Given) => readonly Finding[];
}

/** The findings of one check. A check that throws gives one inconclusive finding with the exception; the others still run. */
export function runCheck<Given>({ id, run }: Run<Given>, evidence: Given): readonly Finding[] {
  try {
    return run(evidence);
  } catch (error: unknown) {
    return [
      findingOf(id, 'unknown', 'agent', {
        message: 'inconclusive: the check itself failed, which says nothing about the cluster',
        remediation: 'report this as a fault of tidb-mtls-agent, with the exception in the log',
        evidence: { exception: exceptionText(error) },
      }),
    ];
  }
}

/** The findings of each of these parts of a check, as those of `runCheck`. */
export function runParts<Given>(id: string, given: Given, ...parts: readonly Run<Given>['run'][]): readonly Finding[] {
  return parts.flatMap((run) => runCheck({ id, run }, given));
}

/** The exception that a check threw; undefined for a finding that a check made. */
export function exceptionOf({ evidence: { exception } }: Finding): string | undefined {
  return exception === undefined ? undefined : String(exception);
}

const ranks: Readonly<Record<Status, number>> = { fail: 0, warn: 1, unknown: 2, accepted: 3, pass: 4 };

/**
 * Worst first, then by component, instance, port and check. Passes come last, in the order of the checks: they are nearly
 * all findings of a large cluster, and sorting them by name would cost time without use.
 */
export function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  const sortKey = (finding: Finding) =>
    `${finding.component} ${finding.instance} ${finding.endpoint ?? ''} ${finding.check}`;
  const reported = findings.filter(({ status }) => status !== 'pass');
  const passed = findings.filter(({ status }) => status === 'pass');
  reported.sort((a, b) => ranks[a.status] - ranks[b.status] || sortKey(a).localeCompare(sortKey(b)));
  return [...reported, ...passed];
}

/** All findings, worst first. */
export function runChecks(evidence: Evidence, catalogue: readonly Check[] = checks): readonly Finding[] {
  return worstFirst(catalogue.flatMap((check) => runCheck(check, evidence)));
}

/** As `runChecks`. Awaits `turn` after each check, so that a large cluster does not block the event loop. */
export async function runChecksInTurns(
  evidence: Evidence,
  turn: () => Promise<unknown>,
  catalogue: readonly Check[] = checks,
): Promise<readonly Finding[]> {
  const findings: (readonly Finding[])[] = [];
  for (const check of catalogue) {
    findings.push(runCheck(check, evidence));
    await turn();
  }
  return worstFirst(findings.flat());
}
