import { certificateOf } from '../credentials/known-certificates.js';
import { Remembered } from '../credentials/remembered.js';
import { type AccessRules, type MatchedRule, matchedRule } from './access.js';

/** What a listener's rules say of one leaf. */
export interface ProbeResult {
  readonly subject: string;
  readonly rule: MatchedRule | undefined;
}

/** The same few clients come again and again: so many certificates are read once and not at each handshake. */
const limit = 256;

/**
 * Whom a listener's rules let in. Only what a certificate says is remembered, by its bytes: whether it verifies is
 * OpenSSL's verdict at every handshake.
 */
export class Admission {
  readonly #rules: AccessRules;
  readonly #known = new Remembered<ProbeResult>(limit);

  constructor(rules: AccessRules) {
    this.#rules = rules;
  }

  /** `der` is a leaf that OpenSSL has verified. */
  resultOn(der: Buffer): ProbeResult {
    const key = der.toString('latin1');
    const known = this.#known.get(key);
    if (known !== undefined) {
      return known;
    }
    const leaf = certificateOf(der);
    const result = { subject: leaf.subject, rule: matchedRule(this.#rules, leaf) };
    this.#known.set(key, result);
    return result;
  }
}
