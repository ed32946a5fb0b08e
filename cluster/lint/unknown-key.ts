import { unknownTlsKeys } from '../inventory/unknown-tls-keys.js';
import type { Rule } from './rule.js';

export const unknownKey: Rule = {
  code: 'unknown-key',
  severity: 'fail',
  title:
    'A TLS key of another component, a misspelt one, a doubled prefix, or one in the wrong table; it counts as not set',
  run: ({ described, kind }) => unknownTlsKeys(described.document, kind),
};
