import type { CallerName } from '../cluster/components/profile.js';
import type { Endpoint, Instance } from '../cluster/inventory/inventory.js';
import { shortened } from '../credentials/shortened.js';
import type { IdentityName } from '../probes/observation.js';
import type { Finding, Status } from './finding.js';

type Subject = Pick<Instance, 'component' | 'name'> | 'agent';

/** With names of 16 kB in it, a message is still one to read. */
const longestMessage = 2_000;

interface FindingParts {
  readonly message: string;
  readonly remediation?: string;
  readonly endpoint?: Endpoint;
  readonly identity?: IdentityName | CallerName;
  readonly evidence?: Finding['evidence'];
}

/** A finding with its help anchor and its empty parts filled in. */
export function findingOf(check: string, status: Status, subject: Subject, parts: FindingParts): Finding {
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
