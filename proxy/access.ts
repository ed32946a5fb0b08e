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

export type MatchedRule = 'cn' | 'san' | 'ou' | 'all';

/** The rule that authorizes a verified leaf certificate; undefined where none does. Its issuers are not considered. */
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
