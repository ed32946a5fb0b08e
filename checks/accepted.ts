import type { Finding } from './finding.js';

/** Findings that an operator accepted, until when, and why. A part that is absent applies to every place. */
export interface Acceptance {
  readonly check: string;
  readonly component?: string | undefined;
  readonly instance?: string | undefined;
  readonly port?: string | undefined;
  /** The first moment at which it is not accepted any more. */
  readonly until: Date;
  readonly reason: string;
}

/** The findings, with failures and warnings that are accepted at this time shown as such. */
export function withAcceptances(
  findings: readonly Finding[],
  acceptances: readonly Acceptance[],
  now: Date,
): readonly Finding[] {
  const inForce = acceptances.filter(({ until }) => now < until);
  return inForce.length === 0 ? findings : findings.map((finding) => acceptedBy(inForce, finding));
}

function acceptedBy(acceptances: readonly Acceptance[], finding: Finding): Finding {
  const { status, message, evidence } = finding;
  const acceptance =
    status === 'fail' || status === 'warn' ? acceptances.find((one) => appliesTo(one, finding)) : undefined;
  if (acceptance === undefined) {
    return finding;
  }
  const until = acceptance.until.toISOString();
  return {
    ...finding,
    status: 'accepted',
    message: `${message}; accepted until ${until}: ${acceptance.reason}`,
    evidence: { ...evidence, acceptedStatus: status, acceptedUntil: until },
  };
}

function appliesTo({ check, component, instance, port }: Acceptance, finding: Finding): boolean {
  return (
    check === finding.check &&
    (component === undefined || component === finding.component) &&
    (instance === undefined || instance === finding.instance) &&
    (port === undefined || port === finding.endpoint)
  );
}
