import type { Certificate } from '../credentials/certificate.js';

/** Which clients a listener authorizes. Entries match exactly; one match of any kind is enough. */
export interface AccessRules {
  readonly commonNames: readonly string[];
  /** DNS names, IP addresses and URIs alike. */
  readonly subjectAltNames: readonly string[];
  readonly organizationalUnits: readonly string[];
  /** Every certificate that the CA issued. */
  readonly all: boolean;
}

/** The kind of entry that authorizes a certificate, and the entry itself; `all` has no name. */
export interface MatchedRule {
  readonly kind: 'cn' | 'san' | 'ou' | 'all';
  readonly name: string | undefined;
}

/** The rule that authorizes a verified leaf certificate; undefined where none does. Its issuers are not considered. */
export function matchedRule(rules: AccessRules, leaf: Certificate): MatchedRule | undefined {
  const { dns, ip, uri } = leaf.subjectAltNames;
  const kinds = [
    ['cn', rules.commonNames, leaf.commonNames],
    ['san', rules.subjectAltNames, [...dns, ...ip, ...uri]],
    ['ou', rules.organizationalUnits, leaf.organizationalUnits],
  ] as const;
  for (const [kind, allowed, names] of kinds) {
    const name = allowed.find((one) => names.includes(one));
    if (name !== undefined) {
      return { kind, name };
    }
  }
  return rules.all ? { kind: 'all', name: undefined } : undefined;
}

/** Why these rules are a mistake; undefined where they are none. */
export function problemOf(rules: AccessRules): string | undefined {
  const lists = [rules.commonNames, rules.subjectAltNames, rules.organizationalUnits];
  if (lists.some((list) => list.some((entry) => entry.trim() === ''))) {
    return 'an empty entry would authorize certificates without that name';
  }
  const listed = lists.some((list) => list.length > 0);
  if (!listed && !rules.all) {
    return 'no client is authorized: set allow-cn, allow-san or allow-ou, or set allow-all';
  }
  return listed && rules.all ? 'allow-all and an allow-list contradict each other' : undefined;
}
