import type { CallerName, ComponentName, EndpointName } from '../cluster/components/profile.js';
import type { Endpoint, Instance } from '../cluster/inventory/inventory.js';
import { shortened } from '../credentials/shortened.js';
import type { IdentityName } from '../probes/observation.js';

/** `unknown`: inconclusive, the evidence does not suffice. `accepted`: a failure or warning that an operator accepted for a time. */
export type Status = 'pass' | 'warn' | 'fail' | 'unknown' | 'accepted';

/** The result of one check with its evidence and its fix; the stable shape of `--json`. */
export interface Finding {
  readonly check: string;
  readonly status: Status;
  readonly component: ComponentName | 'agent';
  readonly instance: string;
  readonly endpoint: EndpointName | undefined;
  /** The client that connected, or would connect. */
  readonly identity: IdentityName | CallerName | undefined;
  /** What was observed, one line. */
  readonly message: string;
  /** Small and flat: the values behind the message. */
  readonly evidence: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  /** What to do, one line; empty on pass. */
  readonly remediation: string;
  /** `docs/checks.md#id` */
  readonly help: string;
}

/** The instance that a finding is about, or the agent itself. */
type FindingSubject = Pick<Instance, 'component' | 'name'> | 'agent';

/** Keeps a message readable that quotes names of 16 kB. */
const longestMessage = 2_000;

interface FindingParts {
  readonly message: string;
  readonly remediation?: string;
  readonly endpoint?: Endpoint;
  readonly identity?: IdentityName | CallerName;
  readonly evidence?: Finding['evidence'];
}

/** A finding with its help anchor and its empty parts filled in. */
export function findingOf(check: string, status: Status, subject: FindingSubject, parts: FindingParts): Finding {
  return {
    check,
    status,
    component: subject === 'agent' ? 'agent' : subject.component,
    instance: subject === 'agent' ? 'agent' : subject.name,
    endpoint: parts.endpoint?.name,
    identity: parts.identity,
    message: shortened(parts.message, longestMessage),
    evidence: parts.evidence ?? {},
    remediation: status === 'pass' ? '' : (parts.remediation ?? ''),
    help: `docs/checks.md#${check}`,
  };
}

/** The number of findings by status. */
export function summarize(findings: readonly Finding[]): Readonly<Record<Status, number>> {
  const count = (status: Status) => findings.filter((finding) => finding.status === status).length;
  return {
    pass: count('pass'),
    warn: count('warn'),
    fail: count('fail'),
    unknown: count('unknown'),
    accepted: count('accepted'),
  };
}
