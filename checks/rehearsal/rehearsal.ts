import { type Finding, findingOf } from '../finding.js';
import { runParts } from '../run-checks.js';
import { clientFindings } from './as-client.js';
import { serverFindings } from './as-server.js';
import { candidateFindings } from './candidate.js';
import { type Rehearsal, rehearsalId } from './evidence.js';
import { rotationSteps } from './rotation-steps.js';
import { openQuestions, unaskedFindings } from './unanswered.js';

/**
 * Whether a rotation to the candidate would work. The last finding is the result; on pass its evidence has the steps. It
 * passes by answers alone: a port that did not answer leaves it unknown.
 */
export function rehearse(rehearsal: Rehearsal): readonly Finding[] {
  const findings = runParts(rehearsalId, rehearsal, candidateFindings, asServer, asClient);
  if (findings.some(({ status }) => status === 'fail')) {
    return [...findings, broken()];
  }
  const asked = [...findings, ...runParts(rehearsalId, rehearsal, unaskedFindings)];
  const open = openQuestions(asked).length;
  return [...asked, ...(open > 0 ? [unproven(open)] : runParts(rehearsalId, rehearsal, proven))];
}

function asServer(rehearsal: Rehearsal): readonly Finding[] {
  return rehearsal.roles.includes('server') ? serverFindings(rehearsal) : [];
}

function asClient(rehearsal: Rehearsal): readonly Finding[] {
  return rehearsal.roles.includes('client') ? clientFindings(rehearsal) : [];
}

function broken(): Finding {
  return findingOf(rehearsalId, 'fail', 'agent', {
    message: 'this rotation would break connections: install nothing yet',
    remediation: 'fix the failed findings, and rehearse again',
  });
}

function unproven(open: number): Finding {
  return findingOf(rehearsalId, 'unknown', 'agent', {
    message: `not proven: nothing rejects the certificate, but ${open === 1 ? 'one question has' : `${open} questions have`} no answer`,
    remediation: 'make the inconclusive findings conclusive, and rehearse again',
  });
}

function proven(rehearsal: Rehearsal): readonly Finding[] {
  return [
    findingOf(rehearsalId, 'pass', 'agent', {
      message: 'this rotation would work, in this order',
      evidence: { steps: rotationSteps(rehearsal) },
    }),
  ];
}
