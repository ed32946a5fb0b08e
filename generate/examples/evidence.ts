import { Authority, type Issued, type IssueOptions } from '../../certs-dev/authority.js';
import { type BadKind, issueBad } from '../../certs-dev/bad.js';
import type { Evidence } from '../../checks/check.js';
import type { ComponentName } from '../../cluster/components/profile.js';
import type { Origin } from '../../cluster/documents/origin.js';
import type { Instance } from '../../cluster/inventory/inventory.js';
import type { CredentialFacts } from '../../credentials/facts.js';
import { type EvidenceParts, evidenceOf, factsOf, instanceOf } from '../../test/support/evidence.js';

/** The time of all examples, so that the pages do not depend on when they are generated. */
export const exampleTime = new Date('2026-12-01T08:00:00Z');
export const day = 86_400_000;
export const later = (milliseconds: number) => new Date(exampleTime.getTime() + milliseconds);

/** The folders with the files of the examples, to be removed at the end. */
const finished: (() => unknown)[] = [];
const scope = { teardown: (act: () => unknown) => finished.push(act) };

export function removeFiles(): void {
  for (const act of finished.splice(0)) {
    act();
  }
}

/** Valid for long after the page is read: OpenSSL verifies with the current time. */
const lasting = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2126-01-01T00:00:00Z') };
export const authority = await Authority.create({ commonName: 'Cluster CA', ...lasting });
export const nextAuthority = await Authority.create({ commonName: 'Next CA', ...lasting });

export const host = '10.0.1.2';
const names: IssueOptions = { commonName: 'TiKV-Server', dns: ['db-2'], ip: [host], ...lasting };

export function issue(more: Partial<IssueOptions> = {}, from = authority): Promise<Issued> {
  return from.issue({ ...names, ...more });
}

export function bad(kind: BadKind): Promise<Issued> {
  return issueBad(authority, kind, names);
}

export function origin(component: ComponentName): Origin {
  return { kind: 'file', file: `/tidb-deploy/${component}/conf/${component}.toml`, line: 12, column: 1 };
}

/** A component on 10.0.1.2, with `list` as its allow-list. */
export function node(
  component: ComponentName,
  more: Partial<Instance> & { readonly list?: readonly string[] } = {},
): Instance {
  const instance = instanceOf(component, more);
  const position = origin(component);
  const endpoints = instance.endpoints.map((endpoint) => ({
    ...endpoint,
    host,
    origin: position,
    allowList:
      typeof endpoint.allowList === 'string' ? endpoint.allowList : { ...endpoint.allowList, origin: position },
  }));
  const main = endpoints.find(({ name }) => name === endpoints[0]?.name);
  const list = instance.security.allowedCommonNames;
  return {
    ...instance,
    name: more.name ?? `${host}:${main?.port}`,
    security: { ...instance.security, allowedCommonNames: list && { ...list, origin: position } },
    endpoints: more.endpoints ?? endpoints,
  };
}

/** The facts of real files with this certificate and key. */
export async function filesWith(
  pair: Issued,
  more: Partial<CredentialFacts> & {
    readonly ca?: never;
    readonly caPem?: string;
    readonly mode?: number;
    readonly component?: ComponentName;
  } = {},
): Promise<CredentialFacts> {
  const { caPem = authority.certificatePem, mode = 0o600, component = 'tikv', ...facts } = more;
  return {
    ...(await factsOf(scope, pair, { ca: caPem, mode, component })),
    certModifiedAt: exampleTime.getTime(),
    ...facts,
  };
}

export function evidence(parts: EvidenceParts): Evidence {
  return evidenceOf({ now: exampleTime, ...parts });
}

/** Replaces temporary folders by those of a TiUP deployment. */
export function asDeployed(text: string, component: string): string {
  return text.replaceAll(/\/\S*\/tidb-mtls-\w+\//g, `/tidb-deploy/${component}/tls/`);
}
