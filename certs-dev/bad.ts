import { Authority, type Issued, type IssueOptions } from './authority.js';

const day = 86_400_000;

/** The kinds of certificates that a cluster must reject or handle, by name. */
const kinds = {
  otherCa: async (_authority: Authority, options: IssueOptions) => (await Authority.create()).issue(options),
  expired: (authority: Authority, options: IssueOptions) =>
    authority.issue({ ...options, notBefore: new Date(Date.now() - 30 * day), notAfter: new Date(Date.now() - day) }),
  notYetValid: (authority: Authority, options: IssueOptions) =>
    authority.issue({ ...options, notBefore: new Date(Date.now() + day), notAfter: new Date(Date.now() + 30 * day) }),
  serverAuthOnly: (authority: Authority, options: IssueOptions) =>
    authority.issue({ ...options, usages: ['serverAuth'] }),
  clientAuthOnly: (authority: Authority, options: IssueOptions) =>
    authority.issue({ ...options, usages: ['clientAuth'] }),
  noUsage: (authority: Authority, options: IssueOptions) => authority.issue({ ...options, usages: [] }),
  noSan: (authority: Authority, options: IssueOptions) => authority.issue({ ...options, dns: [], ip: [] }),
  otherHost: (authority: Authority, options: IssueOptions) =>
    authority.issue({ ...options, dns: ['elsewhere.invalid'], ip: ['192.0.2.1'] }),
  mismatchedKey: async (authority: Authority, options: IssueOptions) => {
    const [one, other] = await Promise.all([authority.issue(options), authority.issue(options)]);
    return { certificatePem: one.certificatePem, keyPem: other.keyPem };
  },
  superstringCommonName: (authority: Authority, options: IssueOptions) =>
    authority.issue({ ...options, commonName: `not-${[options.commonName].flat()[0] ?? ''}-evil` }),
  intermediateChain: async (authority: Authority, options: IssueOptions) => {
    const intermediate = await authority.intermediate('Development Intermediate CA');
    const leaf = await intermediate.issue(options);
    return { certificatePem: leaf.certificatePem + intermediate.certificatePem, keyPem: leaf.keyPem };
  },
  wrongOrder: async (authority: Authority, options: IssueOptions) => {
    const intermediate = await authority.intermediate('Development Intermediate CA');
    const leaf = await intermediate.issue(options);
    return { certificatePem: intermediate.certificatePem + leaf.certificatePem, keyPem: leaf.keyPem };
  },
  rsa: (authority: Authority, options: IssueOptions) => authority.issue({ ...options, algorithm: 'rsa' }),
} as const satisfies Record<string, (authority: Authority, options: IssueOptions) => Promise<Issued>>;

export type BadKind = keyof typeof kinds;
export const badKinds = Object.keys(kinds) as readonly BadKind[];

/** A certificate as `options` describes it, except for the property that `kind` names. */
export function issueBad(authority: Authority, kind: BadKind, options: IssueOptions): Promise<Issued> {
  return kinds[kind](authority, options);
}
