import type { Certificate } from '../credentials/certificate.js';

/** Whom a listener lets in. Entries are exact; one match of any kind is enough. */
export interface AccessRules {
  readonly commonNames: readonly string[];
  /** DNS names, IP addresses and URIs alike. */
  readonly subjectAltNames: readonly string[];
  readonly organizationalUnits: readonly string[];
  /** Every certificate of the CA. */
  readonly all: boolean;
}

export type MatchedRule = 'cn' | 'san' | 'ou' | 'all';

/** The rule by which a verified leaf is let in; undefined: it is not. Only the leaf counts, never what is above it. */
export function matchedRule(rules: AccessRules, leaf: Certificate): MatchedRule | undefined {
  if (rules.commonNames.some((name) => leaf.commonNames.includes(name))) {
    return 'cn';
  }
  const { dns, ip, uri } = leaf.subjectAltNames;
  const names = rules.subjectAltNames.length === 0 ? [] : [...dns, ...ip, ...uri];
  if (rules.subjectAltNames.some((name) => names.includes(name))) {
    return 'san';
  }
  if (rules.organizationalUnits.some((unit) => leaf.organizationalUnits.includes(unit))) {
    return 'ou';
  }
  return rules.all ? 'all' : undefined;
}

/** Why these rules cannot be meant, or undefined. */
export function problemOf(rules: AccessRules): string | undefined {
  const lists = [rules.commonNames, rules.subjectAltNames, rules.organizationalUnits];
  if (lists.some((list) => list.some((entry) => entry.trim() === ''))) {
    return 'an empty entry would let in certificates without that name';
  }
  const listed = lists.some((list) => list.length > 0);
  if (!listed && !rules.all) {
    return 'nobody is let in: name allow-cn, allow-san or allow-ou, or set allow-all';
  }
  return listed && rules.all ? 'allow-all and a list contradict each other' : undefined;
}
