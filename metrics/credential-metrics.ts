import type { Certificate } from '../credentials/certificate.js';
import type { CredentialFacts } from '../credentials/facts.js';
import { placeLabels, seconds } from './labels.js';
import { credentialReasons } from './reasons.js';
import type { Labels } from './series-table.js';
import type { Tables } from './tables.js';

export interface CredentialEntry {
  readonly component: string;
  readonly instance: string;
  readonly facts: CredentialFacts;
  /** Of the pair that it calls others with, where that is not the one it serves. */
  readonly calling?: CredentialFacts | undefined;
}

const metrics = [
  'notAfter',
  'notBefore',
  'modifiedAt',
  'certificateInfo',
  'caInfo',
  'pairMatched',
  'credentialError',
] as const;

/** Replaces what is said of credential files. */
export function setCredentials(tables: Tables, entries: readonly CredentialEntry[]): void {
  for (const metric of metrics) {
    tables[metric].restart();
  }
  for (const { component, instance, facts, calling } of entries) {
    const labels = placeLabels(component, instance);
    const [leaf, ...intermediates] = facts.chain ?? [];
    setValidity(tables, { ...labels, position: 'leaf' }, leaf === undefined ? [] : [leaf]);
    setValidity(tables, { ...labels, position: 'intermediate' }, intermediates);
    setValidity(tables, { ...labels, position: 'ca' }, facts.ca ?? []);
    setValidity(tables, { ...labels, position: 'calling' }, [...(calling?.chain ?? []), ...(calling?.ca ?? [])]);
    if (facts.certModifiedAt !== undefined) {
      tables.modifiedAt.set(labels, facts.certModifiedAt / 1000);
    }
    if (leaf !== undefined) {
      const { subject, issuer, serialNumber, fingerprint } = leaf;
      tables.certificateInfo.set({ ...labels, subject, issuer, serial_number: serialNumber, fingerprint }, 1);
    }
    for (const { subject, fingerprint } of facts.ca ?? []) {
      tables.caInfo.set({ ...labels, subject, fingerprint }, 1);
    }
    if (facts.keyMatches !== undefined) {
      tables.pairMatched.set(labels, facts.keyMatches ? 1 : 0);
    }
    const present = new Set<string>(facts.errors.map(({ code }) => code));
    for (const reason of credentialReasons) {
      tables.credentialError.set({ ...labels, reason }, present.has(reason) ? 1 : 0);
    }
  }
}

function setValidity(tables: Tables, labels: Labels, certificates: readonly Certificate[]): void {
  const [first] = [...certificates].sort((a, b) => a.notAfter.getTime() - b.notAfter.getTime());
  if (first !== undefined) {
    tables.notAfter.set(labels, seconds(first.notAfter));
    tables.notBefore.set(labels, seconds(first.notBefore));
  }
}
