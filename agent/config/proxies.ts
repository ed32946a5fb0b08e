import { type AccessRules, problemOf } from '../../proxy/access.js';
import { formatProxyAddress } from '../../proxy/address.js';
import type { ProxySettings } from '../../proxy/settings.js';
import { camelCase, type Key, type ValuesOf } from './key.js';
import { proxyKeys } from './proxy-keys.js';
import type { ConfigReader } from './reader.js';

type ProxyValues = ValuesOf<typeof proxyKeys>;

/** Every `[[proxy]]`. Their names are labels of metrics, so each is unique. */
export function proxiesOf(reader: ConfigReader): readonly ProxySettings[] {
  const seen = new Set<string>();
  return reader.prefixes('proxy').map((prefix) => {
    const settings = proxyAt(reader, prefix);
    const { name, listen } = settings;
    const isAnyPort = listen.kind === 'tcp' && listen.port === 0;
    const unique = [['name', name] as const, ['listen', isAnyPort ? undefined : formatProxyAddress(listen)] as const];
    for (const [key, value] of unique) {
      if (value !== undefined && seen.has(`${key} ${value}`)) {
        throw reader.error(`${prefix}.${key}`, `"${value}" is there twice`, `give each its ${key}`);
      }
      seen.add(`${key} ${value}`);
    }
    return settings;
  });
}

/** The listener of one `[[proxy]]`, or of the flags of `proxy`. Throws for what contradicts itself. */
export function proxyAt(reader: ConfigReader, prefix: string): ProxySettings {
  const values = reader.values(proxyKeys, prefix);
  const { allowCn, allowSan, allowOu, allowAll, verifyCn, verifySan, caPath, certPath, keyPath, target, ...rest } =
    values;
  const { mode, listen, serverName } = rest;
  rejectOtherMode(reader, prefix, values);
  const targetTls = mode === 'originate' || rest.targetTls;
  if (serverName !== undefined && !targetTls) {
    throw reader.error(`${prefix}.server-name`, 'is for TLS to the target', 'set target-tls, or leave it out');
  }
  const access =
    mode === 'terminate'
      ? { commonNames: allowCn, subjectAltNames: allowSan, organizationalUnits: allowOu, all: allowAll }
      : // The server's host name is verified in any case.
        {
          commonNames: verifyCn,
          subjectAltNames: verifySan,
          organizationalUnits: [],
          all: isEmpty(verifyCn, verifySan),
        };
  requireUsable(reader, prefix, mode, access);
  return {
    ...rest,
    name: rest.name ?? formatProxyAddress(listen),
    targets: target,
    files: { ca: caPath, cert: certPath, key: keyPath },
    access,
    targetTls,
    minVersion: rest.minVersion === 'TLS13' ? 'TLSv1.3' : 'TLSv1.2',
  };
}

function rejectOtherMode(reader: ConfigReader, prefix: string, values: ProxyValues): void {
  const rows = Object.entries<Key>(proxyKeys).filter(([, { mode }]) => mode !== undefined);
  const own = rows.filter(([, { mode }]) => mode === values.mode).map(([name]) => name);
  for (const [name, { mode }] of rows) {
    const value = values[camelCase(name) as keyof ProxyValues];
    const isSet = Array.isArray(value) ? value.length > 0 : value === true || typeof value === 'string';
    if (isSet && mode !== values.mode) {
      throw reader.error(`${prefix}.${name}`, `is of mode ${mode}`, `mode ${values.mode} has ${own.join(', ')}`);
    }
  }
}

function requireUsable(reader: ConfigReader, prefix: string, mode: ProxySettings['mode'], access: AccessRules): void {
  const problem = problemOf(access);
  if (problem !== undefined) {
    const [key, hint] =
      mode === 'originate'
        ? ['verify-cn', 'remove the empty entry']
        : [
            'allow-cn',
            'write allow-cn = ["TiDB-Server"] (--allow-cn TiDB-Server), or allow-all = true (--allow-all) for every certificate of the CA',
          ];
    throw reader.error(`${prefix}.${key}`, `cannot be used: ${problem}`, hint);
  }
}

function isEmpty(...lists: readonly (readonly string[])[]): boolean {
  return lists.every(({ length }) => length === 0);
}
