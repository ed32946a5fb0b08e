import { exceptionText } from '../credentials/error-text.js';
import type { Check, Evidence } from './check.js';
import type { Finding } from './finding.js';
import { findingOf } from './finding-of.js';

/** What a check finds. One that throws costs its own result alone: the finding is inconclusive and carries what was thrown. */
export function resultOf({ id, run }: Pick<Check, 'id' | 'run'>, evidence: Evidence): readonly Finding[] {
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

/** What a check threw; undefined for a finding that a check made. */
export function exceptionOf({ evidence: { exception } }: Finding): string | undefined {
  return exception === undefined ? undefined : String(exception);
}
