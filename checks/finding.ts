import type { CallerName, ComponentName, EndpointName } from '../cluster/components/profile.js';
import type { IdentityName } from '../probes/observation.js';

export type Status = 'pass' | 'warn' | 'fail' | 'unknown';

/** One verdict with its evidence and its cure; the stable shape of `--json`. */
export interface Finding {
  readonly check: string;
  readonly status: Status;
  readonly component: ComponentName | 'agent';
  readonly instance: string;
  readonly endpoint: EndpointName | undefined;
  /** Who called, or would call. */
  readonly identity: IdentityName | CallerName | undefined;
  /** Names what was seen, one line. */
  readonly message: string;
  /** Small and flat: what a person needs to believe the message. */
  readonly evidence: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  /** What to do, one line; empty on pass. */
  readonly remediation: string;
  /** `docs/checks.md#id` */
  readonly help: string;
}
