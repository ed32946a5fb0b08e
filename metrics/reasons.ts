import type { CredentialErrorCode } from '../credentials/error.js';
import type { Outcome, Rejection } from '../probes/observation.js';

/** Closed lists behind labels: what comes from a file or from the wire never becomes a label value as it is. */
const codes: Readonly<Record<CredentialErrorCode, true>> = {
  not_found: true,
  permission_denied: true,
  not_a_file: true,
  too_large: true,
  read_failed: true,
  no_descriptors: true,
  empty: true,
  not_pem: true,
  no_certificate: true,
  bad_pem: true,
  no_key: true,
  encrypted_key: true,
  unsupported_key: true,
  key_mismatch: true,
  chain_order: true,
  changed_while_reading: true,
};

/** Every reason a credential file can be unusable for; the type makes a forgotten one a compile error. */
export const credentialReasons: readonly string[] = Object.keys(codes);

/** Why `/probe` asked nobody. */
export const probeRejectionReasons = [
  'unknown-module',
  'bad-target',
  'not-allowed',
  'unresolved',
  'resolved-elsewhere',
  'no-identity',
  'files-being-replaced',
  'busy',
] as const;
export type ProbeRejectionReason = (typeof probeRejectionReasons)[number];

export const outcomes: readonly Outcome[] = [
  'accepted',
  'rejected',
  'unreachable',
  'timeout',
  'not-tls',
  'inconclusive',
];

/** What a stranger's counters begin with; the others appear with their first time, for each port has several strangers. */
export const unauthorizedClientOutcomes: readonly Outcome[] = ['accepted', 'rejected'];

/**
 * The label for a refusal: the alert's name where TLS has one, else only the kind. Status numbers, gRPC messages and
 * verify codes are the peer's or the library's to choose, so they stay in findings and logs.
 */
export function rejectionReason({ by, name }: Rejection): string {
  if (by !== 'tls-alert') {
    return by;
  }
  return /^alert_\d+$/.test(name) ? 'other-alert' : name;
}
