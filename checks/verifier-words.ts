import { whoVerifies } from '../cluster/components/parties.js';
import type { ComponentName } from '../cluster/components/profile.js';
import { profiles } from '../cluster/components/profiles.js';
import type { Instance } from '../cluster/inventory/inventory.js';
import { codeText } from '../credentials/verifiers/code-words.js';
import { type Role, type VerificationResult, verifierTitles } from '../credentials/verifiers/verifier.js';

/** Whose certificate it is, and the components that are known to be there. */
export interface Meeting {
  readonly owner: { readonly component: ComponentName } | 'agent';
  readonly instances: readonly Pick<Instance, 'component'>[];
}

/** The results of a role by whether the certificate is accepted. OpenSSL's port is a matter of its own. */
export interface ResultsOfRole {
  readonly accepted: readonly VerificationResult[];
  readonly rejected: readonly VerificationResult[];
  /** Without a result. */
  readonly inconclusive: readonly VerificationResult[];
}

export function resultsOf(results: readonly VerificationResult[], role: Role): ResultsOfRole {
  const ofRole = results.filter((result) => result.role === role && result.verifier !== 'openssl');
  return {
    accepted: ofRole.filter(({ trusted }) => trusted === true),
    rejected: ofRole.filter(({ trusted }) => trusted === false),
    inconclusive: ofRole.filter(({ trusted }) => trusted === undefined),
  };
}

/** `TiDB, PD (Go): x509: negative serial number`; several are separated by semicolons. */
export function inTheirWords(meeting: Meeting, results: readonly VerificationResult[]): string {
  return results
    .map((result) => `${verifiersOf(meeting, result)}: ${codeText(result.message ?? result.code ?? '')}`)
    .join('; ');
}

/** `TiDB, PD (Go)`, and `Go` where no component is known. */
export function verifiersOf({ owner, instances }: Meeting, { verifier, role, step }: VerificationResult): string {
  const title = verifierTitles[verifier];
  if (owner === 'agent') {
    return title;
  }
  const loads = step === 'ca' || step === 'pair';
  const present = new Set(instances.map(({ component }) => component));
  const who = (loads ? [owner.component] : whoVerifies(owner.component, role, verifier))
    .filter((component) => loads || present.has(component))
    .map((component) => profiles[component].title);
  return who.length === 0 ? title : `${who.join(', ')} (${title})`;
}
