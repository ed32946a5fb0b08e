import { type Finding, findingOf } from '../finding.js';
import { clientFindings } from './as-client.js';
import { serverFindings } from './as-server.js';
import { candidateFindings } from './candidate.js';
import { type Rehearsal, rehearsalId } from './evidence.js';
import { rotationSteps } from './rotation-steps.js';

/** Whether a rotation to the candidate would work. The last finding is the result; on pass its evidence has the steps. */
export function rehearse(rehearsal: Rehearsal): readonly Finding[] {
  const { roles } = rehearsal;
  const findings = [
    ...candidateFindings(rehearsal),
    ...(roles.includes('server') ? serverFindings(rehearsal) : []),
    ...(roles.includes('client') ? clientFindings(rehearsal) : []),
  ];
  const failed = findings.some(({ status }) => status === 'fail');
  const result = failed
    ? findingOf(rehearsalId, 'fail', 'agent', {
        message: 'this rotation would break connections: install nothing yet',
        remediation: 'fix the failed findings, and rehearse again',
      })
    : findingOf(rehearsalId, 'pass', 'agent', {
        message: 'this rotation would work, in this order',
        evidence: { steps: rotationSteps(rehearsal) },
      });
  return [...findings, result];
}
