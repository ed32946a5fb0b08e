import type { Finding } from '../../checks/finding.js';
import { openQuestions } from '../../checks/open-questions.js';

export interface ExitRules {
  /** The status from which on a finding counts as a failure. */
  readonly failOn: 'warn' | 'fail';
  /** Whether open questions are no reason for an exit status of their own. */
  readonly allowInconclusive: boolean;
}

/** 0: everything was answered and passed. 1: something failed. 3: nothing failed, but a main question has no answer. */
export function exitStatusOf(findings: readonly Finding[], { failOn, allowInconclusive }: ExitRules): 0 | 1 | 3 {
  if (findings.some(({ status }) => status === 'fail' || status === failOn)) {
    return 1;
  }
  return !allowInconclusive && openQuestions(findings).length > 0 ? 3 : 0;
}
