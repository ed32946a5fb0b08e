import type { ComponentProfile, ConfigFileProfile, EndpointProfile } from '../components/profile.js';
import { profiles } from '../components/profiles.js';
import type { Origin, Problem, Sourced } from '../documents/origin.js';
import { Values } from '../documents/values.js';
import { readNames } from '../inventory/allow-lists.js';
import type { Described } from '../inventory/described.js';

/** The input of a rule: one file of one component, with its context. */
export interface Subject {
  readonly described: Described;
  readonly profile: ComponentProfile;
  /** The kind of file; differs from the profile for a component's second file. */
  readonly kind: ConfigFileProfile;
  readonly values: Values;
  /** The ports that this file configures: of two files each has its own ones. */
  readonly endpoints: readonly EndpointProfile[];
  /** The three paths of CA, certificate and key; `set` is undefined for one that is not set. */
  readonly paths: readonly { readonly key: string; readonly set: Sourced<string> | undefined }[];
  /** `elsewhere`: flags or the deployment decide, not this file. */
  readonly tls: 'on' | 'incomplete' | 'off' | 'elsewhere';
  readonly list: Sourced<readonly string[]> | undefined;
  readonly version: string | undefined;
}

/** A rule: a pure function of its subject, one file, one code. */
export interface Rule {
  readonly code: string;
  readonly severity: Problem['severity'];
  /** What is reported, for the table in docs/lint.md. */
  readonly title: string;
  readonly run: (subject: Subject) => readonly Report[];
}

/** One mistake. Code is the rule's, and so is the severity unless it is set here. */
export interface Report {
  readonly origin: Origin;
  readonly message: string;
  readonly remediation: string;
  readonly severity?: Problem['severity'];
}

export function subjectOf(described: Described, version: string | undefined): Subject {
  const profile = profiles[described.component];
  const kind = described.companion && profile.companion !== undefined ? profile.companion : profile;
  const values = new Values(described.document, []);
  const { ca, cert, key } = kind.securityKeys;
  const paths = [ca, cert, key].map((name) => ({ key: name, set: values.string(name) }));
  const set = paths.filter((one) => one.set !== undefined).length;
  const complete = set === 3 || (profile.caOptional === true && paths.slice(1).every((one) => one.set !== undefined));
  const elsewhere = set === 0 && described.completeness !== 'all';
  return {
    described,
    profile,
    kind,
    values,
    endpoints: profile.endpoints.filter(
      ({ name }) => (profile.companion?.endpoints.includes(name) ?? false) === (kind !== profile),
    ),
    paths,
    tls: complete ? 'on' : set > 0 ? 'incomplete' : elsewhere ? 'elsewhere' : 'off',
    list: readNames(kind, values),
    version: described.version ?? version,
  };
}

export function quoted(names: readonly string[]): string {
  return `[${names.map((name) => JSON.stringify(name)).join(', ')}]`;
}
