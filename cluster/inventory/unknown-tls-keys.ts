import type { ConfigFileProfile, SecurityKeys } from '../components/profile.js';
import type { ConfigDocument } from '../documents/document.js';
import { lastOf } from '../documents/dotted-key.js';
import { nearest } from '../documents/nearest.js';
import type { Problem } from '../documents/origin.js';

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

/** TiProxy's blocks in any table. */
const blocks = /^(?:[^.]+\.)?((?:server|server-http|cluster|sql)-tls)\.([^.]+)$/;

/** No component has other keys with these beginnings in its TLS table. */
const ofTls = /^(cert|cluster)[-_]/;

interface Kind extends ConfigFileProfile {
  readonly alternativeNamesKey?: string;
}

/**
 * A TLS key of another component, a misspelt one, a doubled prefix, or one in the wrong table. The component ignores it
 * without a word, so an allow-list with such a key protects nothing.
 */
export function unknownTlsKeys(document: ConfigDocument, kind: Kind): readonly Problem[] {
  return document.keys().flatMap(({ value: key, origin }) => {
    const right = meant(key, kind);
    if (right === undefined || right === key) {
      return [];
    }
    const table = right.slice(0, right.lastIndexOf('.'));
    const message = `${kind.title} does not know ${key}, so it counts as not set`;
    const remediation = `under [${table}] write ${lastOf(right)} = …`;
    return [{ code: 'unknown-key', severity: 'fail', origin, message, remediation }];
  });
}

/** The key that was meant; the key itself if the component knows it, undefined for keys outside TLS. */
function meant(key: string, kind: Kind): string | undefined {
  if (kind.file === 'tiproxy') {
    const [, block, name] = blocks.exec(key) ?? [];
    return block === undefined || name === undefined ? undefined : `security.${block}.${meantName(name, kind) ?? name}`;
  }
  const doubled = /^(?:security\.){2,}(.+)$/.exec(key)?.[1];
  const name = doubled ?? /^security\.([^.]+)$/.exec(key)?.[1];
  if (name === undefined) {
    return misplaced(key, kind);
  }
  const right = meantName(name, kind) ?? doubled;
  return right === undefined ? undefined : `security.${right}`;
}

/** The name of the component's key that this one stands for, by its spelling; undefined if it resembles none. */
function meantName(name: string, { securityKeys, alternativeNamesKey }: Kind): string | undefined {
  const known = [
    ...Object.values(securityKeys),
    ...(alternativeNamesKey === undefined ? [] : [alternativeNamesKey]),
  ].map(lastOf);
  if (known.includes(name)) {
    return name;
  }
  const guess = Object.hasOwn(aliases, name) ? name : nearest(name, [...known, ...Object.keys(aliases)]);
  if (guess === undefined) {
    return ofTls.test(name) ? lastOf(securityKeys.allowedCommonNames) : undefined;
  }
  const alias = known.includes(guess) ? undefined : aliases[guess];
  return alias === undefined ? guess : lastOf(securityKeys[alias]);
}

/** A TLS key of this component outside [security], as after a table header in the wrong place. */
function misplaced(key: string, kind: ConfigFileProfile): string | undefined {
  const known = Object.values(kind.securityKeys).find((right) => lastOf(right) === lastOf(key));
  const elsewhere = known !== undefined && !/(^|\.)(security|encryption|dashboard|master-key|s3|gcs)\./.test(key);
  return elsewhere ? known : undefined;
}
