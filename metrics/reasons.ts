import type { CredentialErrorCode } from '../credentials/error.js';
import type { Outcome, Rejection } from '../probes/observation.js';

/** Label values come from closed lists, never from a file or a peer as they are. */
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

/** Every reason why a credential file cannot be used. The type of `codes` makes a missing one a compile error. */
export const credentialReasons: readonly string[] = Object.keys(codes);

/** Why a request to `/probe` was answered without a probe. */
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

/** The outcomes of negative probes that are counted from 0. The others appear when they first occur, because each port has several such identities. */
export const unauthorizedClientOutcomes: readonly Outcome[] = ['accepted', 'rejected'];

/**
 * The label for a rejection: the name of the TLS alert, otherwise only the kind. Status numbers, gRPC messages and
 * verify codes are chosen by the peer or a library, so they stay in findings and logs.
 */
export function rejectionReason({ by, name }: Rejection): string {
  if (by !== 'tls-alert') {
    return by;
  }
  return /^alert_\d+$/.test(name) ? 'other-alert' : name;
}
