import { BoundedMap } from '../credentials/bounded-map.js';
import { certificateOf } from '../credentials/known-certificates.js';
import { type AccessRules, type MatchedRule, matchedRule } from './access.js';

/** The rule that authorizes a client; undefined where none does. */
export interface Authorized {
  readonly subject: string;
  readonly rule: MatchedRule | undefined;
}

/** Certificates that are parsed once and not at every handshake. */
const limit = 256;

/**
 * Authorizes clients by the names in their certificate. Only the parsed names are kept, by the certificate's bytes:
 * OpenSSL verifies the certificate at every handshake.
 */
export class Authorization {
  readonly #rules: AccessRules;
  readonly #known = new BoundedMap<Authorized>(limit);

  constructor(rules: AccessRules) {
    this.#rules = rules;
  }

  /** `der` is a leaf certificate that OpenSSL has verified. */
  authorize(der: Buffer): Authorized {
    const key = der.toString('latin1');
    const known = this.#known.get(key);
    if (known !== undefined) {
      return known;
    }
    const leaf = certificateOf(der);
    const authorized = { subject: leaf.subject, rule: matchedRule(this.#rules, leaf) };
    this.#known.set(key, authorized);
    return authorized;
  }
}
