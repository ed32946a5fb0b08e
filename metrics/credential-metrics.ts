import type { Certificate } from '../credentials/certificate.js';
import { certificatesInUse } from '../credentials/chain-in-use.js';
import type { CredentialFacts } from '../credentials/facts.js';
import type { Metrics } from './agent-registry.js';
import { instanceLabels, type Labels, seconds } from './labels.js';
import { credentialReasons } from './reasons.js';

export interface CredentialEntry {
  readonly component: string;
  readonly instance: string;
  readonly facts: CredentialFacts;
  /** The client certificate and key, where they are not the ones that the instance serves. */
  readonly calling?: CredentialFacts | undefined;
}

const replaced = [
  'notAfter',
  'notBefore',
  'modifiedAt',
  'certificateInfo',
  'caNotAfter',
  'caNotBefore',
  'keyPairMatched',
  'credentialError',
] as const;

/** Replaces the series about credential files. */
export function setCredentials(metrics: Metrics, entries: readonly CredentialEntry[]): void {
  for (const key of replaced) {
    metrics[key].reset();
  }
  for (const { component, instance, facts, calling } of entries) {
    const labels = instanceLabels(component, instance);
    const [leaf, ...intermediates] = facts.chain ?? [];
    setValidity(metrics, { ...labels, position: 'leaf' }, leaf === undefined ? [] : [leaf]);
    const used = inUse(facts, calling);
    setValidity(
      metrics,
      { ...labels, position: 'intermediate' },
      intermediates.filter((one) => used.has(one)),
    );
    const called = calling?.chain ?? [];
    setValidity(
      metrics,
      { ...labels, position: 'calling' },
      called.filter((one) => used.has(one)),
    );
    setAuthorities(metrics, labels, [...(facts.ca ?? []), ...(calling?.ca ?? [])], used);
    if (facts.certModifiedAt !== undefined) {
      metrics.modifiedAt.set(labels, facts.certModifiedAt / 1000);
    }
    if (leaf !== undefined) {
      const { subject, issuer, serialNumber, fingerprint } = leaf;
      metrics.certificateInfo.set({ ...labels, subject, issuer, serial_number: serialNumber, fingerprint }, 1);
    }
    if (facts.keyMatches !== undefined) {
      metrics.keyPairMatched.set(labels, facts.keyMatches ? 1 : 0);
    }
    const present = new Set<string>(facts.errors.map(({ code }) => code));
    for (const reason of credentialReasons) {
      metrics.credentialError.set({ ...labels, reason }, present.has(reason) ? 1 : 0);
    }
  }
}

/** Equal certificates are one object wherever they lie, so both files of a component may hold one that either uses. */
function inUse(facts: CredentialFacts, calling: CredentialFacts | undefined): ReadonlySet<Certificate> {
  return new Set([...certificatesInUse(facts), ...(calling === undefined ? [] : certificatesInUse(calling))]);
}

/** One series per CA certificate. A system's bundle has 150 of them, so only those in use have a second one. */
function setAuthorities(
  metrics: Metrics,
  labels: Labels,
  certificates: readonly Certificate[],
  used: ReadonlySet<Certificate>,
): void {
  for (const certificate of certificates) {
    const { subject, serialNumber, fingerprint, publicKeyFingerprint, notAfter, notBefore } = certificate;
    const identity = { ...labels, subject, fingerprint };
    const isUsed = used.has(certificate);
    metrics.caNotAfter.set(
      {
        ...identity,
        serial_number: serialNumber,
        key_fingerprint: publicKeyFingerprint,
        in_use: isUsed ? 'true' : 'false',
      },
      seconds(notAfter),
    );
    if (isUsed) {
      metrics.caNotBefore.set(identity, seconds(notBefore));
    }
  }
}

function setValidity(metrics: Metrics, labels: Labels, certificates: readonly Certificate[]): void {
  const [first] = [...certificates].sort((a, b) => a.notAfter.getTime() - b.notAfter.getTime());
  if (first !== undefined) {
    metrics.notAfter.set(labels, seconds(first.notAfter));
    metrics.notBefore.set(labels, seconds(first.notBefore));
  }
}
