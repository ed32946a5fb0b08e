import type { ComponentName, EndpointName } from '../../cluster/components/profile.js';
import type { Finding } from '../finding.js';
import type { Scene } from './scene.js';

/**
 * What breaks for users, worst first. `failing`: calls between components fail now. `will-fail`: they will at the next
 * restart, reload or date. `exposed`: unauthorized clients are accepted. `hygiene`: no call fails and no port is open.
 */
export const severities = ['failing', 'will-fail', 'exposed', 'hygiene'] as const;
export type Severity = (typeof severities)[number];

/** Every cause. A closed list: it is also a metric label. */
export const causeNames = [
  'cluster-without-tls',
  'configuration-invalid',
  'ca-expired',
  'agent-certificate',
  'file-forbidden',
  'file-unreadable',
  'key-mismatch',
  'certificate-expired',
  'certificate-not-yet-valid',
  'ca-not-loaded',
  'intermediate-missing',
  'other-ca',
  'usage-missing',
  'names-missing',
  'certificate-rejected',
  'served-by-other-ca',
  'served-certificate-expired',
  'rotation-not-picked-up',
  'component-down',
  'port-unreachable',
  'plaintext-port',
  'another-program',
  'alpn-missing',
  'version-limit',
  'source-not-covered',
  'caller-not-listed',
  'port-rejects-everyone',
  'caller-rejected',
  'error-answer',
  'pd-without-leader',
  'peers-apart',
  'registration-wrong',
  'sources-differ',
  'port-open',
  'list-not-in-file',
  'list-not-set',
  'session-outlives-certificate',
  'certificate-expiring',
  'lifetime-too-short',
  'unused-certificate',
  'unused-list-entry',
  'key-exposed',
  'unexplained',
] as const;
export type CauseName = (typeof causeNames)[number];

/** Where a cause is. `cluster` where it is in no single component. */
export interface Place {
  readonly component: ComponentName | 'agent' | 'cluster';
  readonly instance?: string | undefined;
  readonly endpoint?: EndpointName | undefined;
  /** A credential file or a configuration file. */
  readonly file?: string | undefined;
  /** In the configuration file; counted from 1. */
  readonly position?: { readonly line: number; readonly column: number } | undefined;
}

/** One cause that was found at one place, before its findings are assigned. */
export interface Claim {
  readonly place: Place;
  /** Distinguishes several of one cause at one place, such as two callers; a part of the id. */
  readonly about?: string;
  /** Where it differs from that of the cause. A failing call makes every incident `failing`. */
  readonly severity?: Severity;
  /** One line: what is wrong, with the reason in words. */
  readonly summary: string;
  /** In the order in which they are to be done. */
  readonly fixes: readonly string[];
  /** Since when, where the evidence says. */
  readonly since?: Date | undefined;
  /** The findings that show the cause. Without one that no earlier cause explains, there is no incident. */
  readonly shownBy: readonly Finding[];
  /** Further findings that this cause explains. */
  readonly consequences?: readonly Finding[];
}

/** A cause: a pure function of evidence and findings, one file, one name. */
export interface Cause {
  readonly name: CauseName;
  readonly title: string;
  readonly severity: Severity;
  /** One Markdown paragraph for the docs: what the fault is, and how it is recognized. */
  readonly description: string;
  readonly find: (scene: Scene) => readonly Claim[];
}

/** One fault with its findings and its fix; the stable shape of `--json`. */
export interface Incident {
  /** The same as long as the cause stays at its place. */
  readonly id: string;
  readonly cause: CauseName;
  readonly severity: Severity;
  /** The worst status of its findings. */
  readonly status: 'fail' | 'warn';
  readonly place: Place;
  readonly summary: string;
  readonly fixes: readonly string[];
  readonly since: Date | undefined;
  readonly findings: readonly Finding[];
  /** `docs/checks.md#cause` */
  readonly help: string;
}
