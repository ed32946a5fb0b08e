import { dirname, resolve } from 'node:path';
import { readText } from '../../cluster/documents/config-file.js';
import { errorMessage } from '../../credentials/error-text.js';
import { ciphers, curves, isKnownCurve } from '../../credentials/go-tls-names.js';
import type { KeyPairPaths } from '../../credentials/paths.js';
import { parseDuration } from '../config/duration.js';
import { OperatorError } from '../config/error.js';
import { webConfigKeys } from './web-config-keys.js';
import { YamlReader } from './yaml-reader.js';

/** Prometheus' web configuration file. */
export interface WebConfigFile {
  readonly tls: WebTls | undefined;
  /** Sent with every response, instead of the agent's header of that name. */
  readonly headers: Readonly<Record<string, string>>;
  /** bcrypt hashes by user; undefined when no password is required. */
  readonly users: ReadonlyMap<string, string> | undefined;
  /** Requests: one each `interval` milliseconds, `burst` at once. */
  readonly rateLimit: { readonly interval: number; readonly burst: number } | undefined;
}

/** Absolute paths, and OpenSSL's names. */
export interface WebTls extends KeyPairPaths {
  readonly clientCa: string | undefined;
  readonly clientAuth: ClientAuth;
  /** Undefined: any certificate that `clientAuth` accepts. */
  readonly allowedSans: readonly string[] | undefined;
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
  readonly ciphers: readonly string[];
  readonly curves: readonly string[];
}

const clientAuthTypes = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  // The same as the one above; Prometheus keeps it for old files.
  'RequireClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const;
export type ClientAuth = (typeof clientAuthTypes)[number];
type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

const tls = 'tls_server_config';
const http = 'http_server_config';
const rate = 'rate_limit';
/** Headers and, where not every value makes sense, their values. */
const permittedHeaders: Readonly<Record<string, readonly string[] | undefined>> = {
  'Content-Security-Policy': undefined,
  'Strict-Transport-Security': undefined,
  'X-Content-Type-Options': ['nosniff'],
  'X-Frame-Options': ['deny', 'sameorigin'],
  'X-XSS-Protection': undefined,
};
const versions: Readonly<Record<string, TlsVersion>> = { TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' };
const bcryptHash = /^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/;
/** A wrong password then takes 1.5 seconds of a CPU; a cost higher by one doubles that. */
const highestCost = 14;

/** Reads it; throws OperatorError, or ConfigError with file:line:column. Paths are relative to the file. */
export function readWebConfig(file: string): WebConfigFile {
  let text: string;
  try {
    text = readText(file);
  } catch (error: unknown) {
    throw new OperatorError('web_config_unreadable', errorMessage(error), 'check the path of [web] config-file', error);
  }
  const reader = new YamlReader(text, file);
  for (const inline of ['cert', 'key', 'client_ca'].filter((name) => reader.has([tls, name]))) {
    const hint = `write it to a file that only the agent may read, and name it with ${inline}_file`;
    throw reader.fail([tls, inline], `${tls}.${inline} is PEM text, and only files are accepted`, hint);
  }
  const { '': top = {}, ...sections } = webConfigKeys;
  reader.rejectUnknown([], [...Object.keys(sections), ...Object.keys(top)]);
  for (const [section, keys] of Object.entries(sections)) {
    reader.rejectUnknown([section], Object.keys(keys));
  }
  reader.boolean([http, 'http2']);
  return {
    tls: readTls(reader, dirname(file)),
    headers: readHeaders(reader),
    users: readUsers(reader),
    rateLimit: readRateLimit(reader),
  };
}

/** Whether clients are asked for a certificate. */
export function asksForCertificates({ clientAuth }: WebTls): boolean {
  return clientAuth !== 'NoClientCert';
}

function readTls(reader: YamlReader, directory: string): WebTls | undefined {
  if (reader.keys([tls]).length === 0) {
    return undefined;
  }
  const path = (key: string) => {
    const name = reader.string([tls, key]);
    return name === undefined ? undefined : resolve(directory, name);
  };
  const [cert, key, clientCa] = [path('cert_file'), path('key_file'), path('client_ca_file')];
  if (cert === undefined || key === undefined) {
    throw reader.fail([tls], `${tls} needs cert_file and key_file`, 'add the missing one');
  }
  const clientAuth = reader.choice([tls, 'client_auth_type'], clientAuthTypes) ?? 'NoClientCert';
  requireClientCa(reader, clientAuth, clientCa !== undefined);
  return {
    cert,
    key,
    clientCa,
    clientAuth,
    allowedSans: readAllowedSans(reader, clientAuth),
    ...readVersions(reader),
    ciphers: readNames(reader, 'cipher_suites', ciphers).filter((name) => !name.startsWith('TLS_')),
    curves: readNames(reader, 'curve_preferences', curves).filter(isKnownCurve),
  };
}

function requireClientCa(reader: YamlReader, clientAuth: ClientAuth, hasClientCa: boolean): void {
  const verifies = clientAuth === 'VerifyClientCertIfGiven' || clientAuth === 'RequireAndVerifyClientCert';
  if (verifies && !hasClientCa) {
    throw reader.fail([tls, 'client_auth_type'], `${clientAuth} needs client_ca_file`, 'name the CA of the clients');
  }
  if (clientAuth === 'NoClientCert' && hasClientCa) {
    const hint = 'set client_auth_type: RequireAndVerifyClientCert, or leave client_ca_file out';
    throw reader.fail([tls, 'client_ca_file'], `client_ca_file is not used by client_auth_type ${clientAuth}`, hint);
  }
}

function readAllowedSans(reader: YamlReader, clientAuth: ClientAuth): readonly string[] | undefined {
  const path = [tls, 'client_allowed_sans'];
  if (!reader.has(path)) {
    return undefined;
  }
  const names = reader.strings(path);
  if (names.length === 0) {
    const hint = 'add the names of the clients, or leave client_allowed_sans out';
    throw reader.fail(path, 'client_allowed_sans is empty and would reject every client', hint);
  }
  if (clientAuth === 'NoClientCert') {
    const hint = 'set client_auth_type: RequireAndVerifyClientCert';
    throw reader.fail(path, 'client_allowed_sans needs certificates to compare', hint);
  }
  return names;
}

function readVersions(reader: YamlReader): Pick<WebTls, 'minVersion' | 'maxVersion'> {
  const version = (name: string) => versions[reader.choice([tls, name], ['TLS12', 'TLS13']) ?? ''];
  const [minVersion, maxVersion] = [version('min_version') ?? 'TLSv1.2', version('max_version') ?? 'TLSv1.3'];
  if (minVersion > maxVersion) {
    throw reader.fail([tls, 'min_version'], 'min_version is above max_version', 'leave max_version out');
  }
  return { minVersion, maxVersion };
}

/** A list of Go's names, as OpenSSL's. */
function readNames(
  reader: YamlReader,
  key: string,
  names: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  return reader.strings([tls, key]).map((entry) => {
    const found = Object.hasOwn(names, entry) ? names[entry] : undefined;
    if (found === undefined) {
      const hint = `one of: ${Object.keys(names).join(', ')}`;
      throw reader.fail([tls, key], `${key} has "${entry}", which is not supported`, hint);
    }
    return found;
  });
}

function readHeaders(reader: YamlReader): Readonly<Record<string, string>> {
  reader.rejectUnknown([http, 'headers'], Object.keys(permittedHeaders));
  return Object.fromEntries(
    reader.keys([http, 'headers']).flatMap((name) => {
      const value = reader.string([http, 'headers', name]);
      if (value !== undefined && /[^\x20-\x7e]/.test(value)) {
        throw reader.fail([http, 'headers', name], `${name} has a character no header may have`, 'write plain ASCII');
      }
      const values = permittedHeaders[name];
      if (value !== undefined && values?.includes(value) === false) {
        throw reader.fail([http, 'headers', name], `${name} is "${value}"`, `one of: ${values.join(', ')}`);
      }
      return value === undefined ? [] : [[name.toLowerCase(), value] as const];
    }),
  );
}

function readUsers(reader: YamlReader): ReadonlyMap<string, string> | undefined {
  const path = ['basic_auth_users'];
  const users = reader.keys(path).map((name) => {
    const hash = reader.string([...path, name]) ?? '';
    if (!bcryptHash.test(hash)) {
      const hint = `make one with: htpasswd -nBC 10 "" | tr -d ':\\n'`;
      throw reader.fail([...path, name], `the password of ${name} is no bcrypt hash`, hint);
    }
    if (Number(hash.slice(4, 6)) > highestCost) {
      const hint = `hash it again with a cost of ${highestCost} or less: each guess costs as much as a login`;
      throw reader.fail([...path, name], `the hash of ${name} has cost ${hash.slice(4, 6)}`, hint);
    }
    return [name, hash] as const;
  });
  return users.length === 0 ? undefined : new Map(users);
}

function readRateLimit(reader: YamlReader): WebConfigFile['rateLimit'] {
  const [given, burst] = [reader.string([rate, 'interval']), reader.integer([rate, 'burst'])];
  const interval = given === undefined || given === '0' ? 0 : parseDuration(given);
  if (interval === undefined) {
    throw reader.fail([rate, 'interval'], `${rate}.interval is "${given}", which is no duration`, 'write 1s or 100ms');
  }
  if (interval > 0 && !(burst !== undefined && burst >= 1)) {
    throw reader.fail([rate, 'burst'], `${rate}.burst must be 1 or more`, 'write how many requests may come at once');
  }
  return interval === 0 || burst === undefined ? undefined : { interval, burst };
}
