import type { ConfigFileProfile, SecurityKeys } from '../components/profile.js';
import { lastOf, type Rule, type Subject } from './rule.js';

/** Spellings of other components, and misspellings, of the three paths and the list. */
const aliases: Readonly<Record<string, keyof SecurityKeys>> = {
  'ca-path': 'ca',
  'cacert-path': 'ca',
  ca_path: 'ca',
  cacert_path: 'ca',
  'cluster-ssl-ca': 'ca',
  'cluster-ssl-ca-path': 'ca',
  cluster_ssl_ca: 'ca',
  'cert-path': 'cert',
  cert_path: 'cert',
  'cluster-ssl-cert': 'cert',
  'cluster-ssl-cert-path': 'cert',
  cluster_ssl_cert: 'cert',
  'key-path': 'key',
  key_path: 'key',
  'cluster-ssl-key': 'key',
  'cluster-ssl-key-path': 'key',
  cluster_ssl_key: 'key',
  'cert-allowed-cn': 'allowedCommonNames',
  cert_allowed_cn: 'allowedCommonNames',
  'cert-verify-cn': 'allowedCommonNames',
  'cluster-verify-cn': 'allowedCommonNames',
  cluster_verify_cn: 'allowedCommonNames',
  'cluster-allowed-cn': 'allowedCommonNames',
  'cert-allow-cn': 'allowedCommonNames',
  'allowed-cn': 'allowedCommonNames',
};

/** TiProxy's blocks in other tables. */
const blocks = /^(?:(?!security\.)[^.]+\.)?((?:server|server-http|cluster|sql)-tls)\.([^.]+)$/;

export const unknownKey: Rule = {
  code: 'unknown-key',
  severity: 'fail',
  title:
    'A TLS key of another component, a misspelt one, a doubled prefix, or one in the wrong table; it counts as not set',
  run: (subject) =>
    subject.described.document.keys().flatMap(({ value: key, origin }) => {
      const right = meant(key, subject);
      if (right === undefined || right === key) {
        return [];
      }
      const table = right.slice(0, right.lastIndexOf('.'));
      const message = `${subject.kind.title} does not know ${key}, so it counts as not set`;
      return [{ origin, message, remediation: `under [${table}] write ${lastOf(right)} = …` }];
    }),
};

/** The key that was meant; undefined for known keys and for keys outside TLS. */
function meant(key: string, { kind, profile }: Subject): string | undefined {
  if (profile.component === 'tiproxy') {
    const [, block, name] = blocks.exec(key) ?? [];
    return block === undefined ? undefined : `security.${block}.${name}`;
  }
  const doubled = /^(?:security\.){2,}(.+)$/.exec(key)?.[1];
  const inSecurity = doubled ?? /^security\.([^.]+)$/.exec(key)?.[1];
  if (inSecurity !== undefined) {
    const alias = aliases[inSecurity];
    return alias === undefined ? (doubled === undefined ? undefined : `security.${doubled}`) : kind.securityKeys[alias];
  }
  return misplaced(key, kind);
}

/** A TLS key of this component outside [security], as after a table header in the wrong place. */
function misplaced(key: string, kind: ConfigFileProfile): string | undefined {
  const known = Object.values(kind.securityKeys).find((right) => lastOf(right) === lastOf(key));
  const elsewhere = known !== undefined && !/(^|\.)(security|encryption|dashboard|master-key|s3|gcs)\./.test(key);
  return elsewhere ? known : undefined;
}
