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
  'caInfo',
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
    const used = certificatesInUse(facts);
    const inUse = (certificates: readonly Certificate[] = []) => certificates.filter((one) => used.has(one));
    setValidity(metrics, { ...labels, position: 'intermediate' }, inUse(intermediates));
    setValidity(metrics, { ...labels, position: 'ca' }, inUse(facts.ca));
    setValidity(
      metrics,
      { ...labels, position: 'calling' },
      calling === undefined ? [] : [...certificatesInUse(calling)],
    );
    if (facts.certModifiedAt !== undefined) {
      metrics.modifiedAt.set(labels, facts.certModifiedAt / 1000);
    }
    if (leaf !== undefined) {
      const { subject, issuer, serialNumber, fingerprint } = leaf;
      metrics.certificateInfo.set({ ...labels, subject, issuer, serial_number: serialNumber, fingerprint }, 1);
    }
    for (const { subject, fingerprint } of facts.ca ?? []) {
      metrics.caInfo.set({ ...labels, subject, fingerprint }, 1);
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

function setValidity(metrics: Metrics, labels: Labels, certificates: readonly Certificate[]): void {
  const [first] = [...certificates].sort((a, b) => a.notAfter.getTime() - b.notAfter.getTime());
  if (first !== undefined) {
    metrics.notAfter.set(labels, seconds(first.notAfter));
    metrics.notBefore.set(labels, seconds(first.notBefore));
  }
}
