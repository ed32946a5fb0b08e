import { problemOf } from '../../proxy/access.js';
import { formatProxyAddress, type ProxyAddress, parseProxyAddress } from '../../proxy/address.js';
import { type ProxySettings, proxyDefaults } from '../../proxy/settings.js';
import type { OperatorError } from './error.js';
import type { ProxyKey } from './proxy-keys.js';
import type { ConfigReader } from './reader.js';

/** Where the values of one listener come from: a table of agent.toml, or flags. */
export interface ProxyValues {
  readonly text: (key: ProxyKey) => string | undefined;
  readonly texts: (key: ProxyKey) => readonly string[];
  readonly flag: (key: ProxyKey) => boolean;
  readonly milliseconds: (key: ProxyKey) => number | undefined;
  readonly integer: (key: ProxyKey) => number | undefined;
  readonly file: (key: ProxyKey) => string | undefined;
  readonly fail: (key: ProxyKey, message: string, hint: string) => OperatorError;
}

/** Every `[[proxy]]`; throws OperatorError. Their names are labels of metrics, so each is there once. */
export function proxiesOf(reader: ConfigReader): readonly ProxySettings[] {
  const seen = new Set<string>();
  return reader.tables('proxy').map((prefix) => {
    const settings = proxyAt(reader, prefix);
    const unique = [
      ['name', settings.name],
      ['listen', formatProxyAddress(settings.listen)],
    ] as const;
    for (const [key, value] of unique) {
      const isAnyPort = settings.listen.kind === 'tcp' && settings.listen.port === 0;
      if (seen.has(`${key} ${value}`) && !(key === 'listen' && isAnyPort)) {
        throw reader.invalid(
          `${prefix}.${key}`,
          prefix,
          `[[proxy]] ${key} "${value}" is there twice`,
          `give each its ${key}`,
        );
      }
      seen.add(`${key} ${value}`);
    }
    return settings;
  });
}

function proxyAt(reader: ConfigReader, prefix: string): ProxySettings {
  const at = (key: ProxyKey) => `${prefix}.${key}`;
  return proxySettings({
    text: (key) => reader.string(at(key))?.value,
    texts: (key) => (key === 'target' ? reader.stringOrStrings(at(key)) : reader.strings(at(key))),
    flag: (key) => reader.boolean(at(key)) ?? false,
    milliseconds: (key) => reader.duration(at(key)),
    integer: (key) => reader.positiveInteger(at(key)),
    file: (key) => reader.file(at(key)),
    fail: (key, message, hint) => reader.invalid(at(key), prefix, `[[proxy]] ${message}`, hint),
  });
}

/** Throws OperatorError for what is missing or contradicts itself. */
export function proxySettings(values: ProxyValues): ProxySettings {
  const { text, texts, flag, milliseconds, fail } = values;
  const mode = text('mode');
  if (mode !== 'terminate' && mode !== 'originate') {
    throw fail('mode', `mode is ${mode ?? 'not set'}`, 'one of: terminate, originate');
  }
  const targets = texts('target').map((one) => addressOf(one, 'target', values));
  if (targets.length === 0) {
    throw fail('target', 'needs a target', 'write target = "127.0.0.1:10080" or "unix:/run/x.sock"');
  }
  const listen = addressOf(text('listen') ?? '', 'listen', values);
  const targetTls = mode === 'originate' || flag('target-tls');
  if (text('server-name') !== undefined && !targetTls) {
    throw fail('server-name', 'server-name is for TLS to the target', 'set target-tls, or leave it out');
  }
  return {
    name: text('name') ?? text('listen') ?? '',
    mode,
    listen,
    targets,
    files: {
      ca: required('ca-path', values),
      cert: required('cert-path', values),
      key: required('key-path', values),
    },
    reloadCa: flag('reload-ca'),
    access: mode === 'terminate' ? whoComesIn(values) : whoIsCalled(values),
    targetTls,
    serverName: text('server-name'),
    alpn: texts('alpn'),
    handshakeTimeout: milliseconds('handshake-timeout') ?? proxyDefaults.handshakeTimeout,
    connectTimeout: milliseconds('connect-timeout') ?? proxyDefaults.connectTimeout,
    idleTimeout: milliseconds('idle-timeout') ?? proxyDefaults.idleTimeout,
    maxConnections: values.integer('max-connections') ?? proxyDefaults.maxConnections,
    proxyProtocolIn: flag('proxy-protocol-in'),
    proxyProtocolOut: flag('proxy-protocol-out'),
  };
}

function whoComesIn({ texts, flag, fail }: ProxyValues) {
  if (texts('verify-cn').length > 0 || texts('verify-san').length > 0) {
    throw fail('verify-cn', 'verify-cn and verify-san are of mode originate', 'write allow-cn, allow-san or allow-ou');
  }
  const access = {
    commonNames: texts('allow-cn'),
    subjectAltNames: texts('allow-san'),
    organizationalUnits: texts('allow-ou'),
    all: flag('allow-all'),
  };
  const problem = problemOf(access);
  if (problem !== undefined) {
    throw fail(
      'allow-cn',
      problem,
      'write allow-cn = ["TiDB-Server"] (--allow-cn TiDB-Server), or allow-all = true (--allow-all) for every certificate of the CA',
    );
  }
  return access;
}

/** The server's host name is always verified; these come on top of it. */
function whoIsCalled({ texts, flag, fail }: ProxyValues) {
  const allowed = (['allow-cn', 'allow-san', 'allow-ou'] as const).find((key) => texts(key).length > 0);
  if (allowed !== undefined || flag('allow-all')) {
    throw fail(allowed ?? 'allow-all', 'allow-… is of mode terminate', 'write verify-cn or verify-san');
  }
  const [commonNames, subjectAltNames] = [texts('verify-cn'), texts('verify-san')];
  const all = commonNames.length === 0 && subjectAltNames.length === 0;
  const access = { commonNames, subjectAltNames, organizationalUnits: [], all };
  const problem = problemOf(access);
  if (problem !== undefined) {
    throw fail('verify-cn', problem, 'take the empty entry out');
  }
  return access;
}

function addressOf(text: string, key: 'listen' | 'target', { fail }: ProxyValues): ProxyAddress {
  const address = parseProxyAddress(text);
  if (address === undefined || (key === 'target' && address.kind === 'systemd')) {
    const shown = text === '' ? `needs ${key}` : `${key} "${text}" is no address`;
    throw fail(key, shown, 'write host:port, or unix:/path of at most 107 bytes');
  }
  if (key === 'target' && address.kind === 'tcp' && address.port === 0) {
    throw fail(key, `target "${text}" has no port`, 'write the port that the target listens at');
  }
  return address;
}

function required(key: ProxyKey, { file, fail }: ProxyValues): string {
  const path = file(key);
  if (path === undefined) {
    throw fail(key, `needs ${key}`, 'ca-path, cert-path and key-path belong together');
  }
  return path;
}
