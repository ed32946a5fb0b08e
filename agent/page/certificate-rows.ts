import { basename } from 'node:path';
import type { EndpointObservation } from '../../checks/check.js';
import { latestChains } from '../../checks/latest-chains.js';
import type { Certificate } from '../../credentials/certificate.js';
import { certificatesInUse } from '../../credentials/chain-in-use.js';
import type { CredentialEntry } from '../../metrics/credential-metrics.js';
import { firstExpiry } from './timeline.js';
import type { AgentView } from './view.js';

/** A certificate file, a CA file, or one certificate that ports serve. */
export interface CertificateRow {
  readonly kind: 'file' | 'CA' | 'served';
  /** The path, or the ports. */
  readonly name: string;
  readonly short: string;
  readonly chain: readonly Certificate[];
  /** The certificate on disk, where another one is served. */
  readonly differsFrom: Certificate | undefined;
}

/** All certificates of one instance, or of the agent. */
export interface CertificateGroup {
  readonly component: string;
  readonly instance: string;
  readonly rows: readonly CertificateRow[];
  readonly expiresAt: Date;
}

/** First to expire first. */
export function certificateGroupsOf(view: AgentView): readonly CertificateGroup[] {
  const served = new Map<string, EndpointObservation[]>();
  for (const one of latestChains(view.observations())) {
    const key = `${one.instance.component}/${one.instance.name}`;
    served.set(key, [...(served.get(key) ?? []), one]);
  }
  const files = new Map(view.credentials().map((entry) => [`${entry.component}/${entry.instance}`, entry]));
  const keys = [
    ...view.inventory().instances.map(({ component, name }) => ({ component, instance: name })),
    ...(files.has('agent/agent') ? [{ component: 'agent', instance: 'agent' }] : []),
  ];
  return keys
    .flatMap(({ component, instance }) => {
      const key = `${component}/${instance}`;
      const rows = rowsOf(files.get(key), served.get(key) ?? []);
      const expiresAt = firstExpiry(rows.flatMap(({ chain }) => chain));
      return rows.length === 0 ? [] : [{ component, instance, rows, expiresAt }];
    })
    .sort((a, b) => a.expiresAt.getTime() - b.expiresAt.getTime());
}

function rowsOf(entry: CredentialEntry | undefined, served: readonly EndpointObservation[]): readonly CertificateRow[] {
  const [onDisk] = entry?.facts.chain ?? [];
  const rows = [...fileRows(entry?.facts), ...fileRows(entry?.calling)].filter(
    // The client certificate of an instance may share its files with the served one.
    ({ kind, name }, at, all) => all.findIndex((one) => one.kind === kind && one.name === name) === at,
  );
  for (const ports of byFingerprint(served).values()) {
    const chain = ports[0]?.observation.peerChain ?? [];
    const name = ports.map(({ endpoint }) => endpoint.name).join(', ');
    const differs = onDisk !== undefined && chain[0]?.fingerprint !== onDisk.fingerprint;
    rows.push({ kind: 'served', name, short: name, chain, differsFrom: differs ? onDisk : undefined });
  }
  return rows;
}

/** Of the certificates in a file those that a chain uses, or all where none is used. */
function fileRows(facts: CredentialEntry['facts'] | undefined): readonly CertificateRow[] {
  if (facts === undefined) {
    return [];
  }
  const used = certificatesInUse(facts);
  const row = (kind: 'CA' | 'file', name = '', all: readonly Certificate[] = []) => {
    const inUse = all.filter((one) => used.has(one));
    const chain = inUse.length === 0 ? all : inUse;
    return chain.length === 0 ? [] : [{ kind, name, short: basename(name), chain, differsFrom: undefined }];
  };
  return [...row('CA', facts.paths.ca, facts.ca), ...row('file', facts.paths.cert, facts.chain)];
}

function byFingerprint(served: readonly EndpointObservation[]): ReadonlyMap<string, EndpointObservation[]> {
  const groups = new Map<string, EndpointObservation[]>();
  for (const one of served) {
    const key = one.observation.peerChain[0]?.fingerprint ?? '';
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return groups;
}
