import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { messageOf, OperatorError } from '../error.js';
import { YamlReader } from './yaml-reader.js';

/** Prometheus' web configuration file. */
export interface WebConfigFile {
  readonly tls: WebTls | undefined;
  /** Sent with every answer, in place of our own of that name. */
  readonly headers: Readonly<Record<string, string>>;
  /** bcrypt hashes by user; undefined when nobody is asked. */
  readonly users: ReadonlyMap<string, string> | undefined;
}

/** Absolute paths; names as OpenSSL has them. */
export interface WebTls {
  readonly cert: string;
  readonly key: string;
  readonly clientCa: string | undefined;
  readonly clientAuth: ClientAuth;
  readonly allowedSans: readonly string[];
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
  readonly ciphers: readonly string[];
  readonly curves: readonly string[];
}

const clientAuthTypes = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const;
export type ClientAuth = (typeof clientAuthTypes)[number];
type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

const tls = 'tls_server_config';
const http = 'http_server_config';
const known: Readonly<Record<string, readonly string[]>> = {
  [tls]: [
    'cert_file',
    'key_file',
    'client_ca_file',
    'client_auth_type',
    'client_allowed_sans',
    'min_version',
    'max_version',
    'cipher_suites',
    'curve_preferences',
    // Go ignores it since 1.17; accepted because files have it.
    'prefer_server_cipher_suites',
  ],
  [http]: ['http2', 'headers'],
};
const permittedHeaders = [
  'Content-Security-Policy',
  'Strict-Transport-Security',
  'X-Content-Type-Options',
  'X-Frame-Options',
  'X-XSS-Protection',
];
const versions: Readonly<Record<string, TlsVersion>> = { TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' };
/** Go's names to OpenSSL's; the suites of TLS 1.3 are not configurable in Go. */
const ciphers: Readonly<Record<string, string>> = {
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: 'ECDHE-ECDSA-AES128-GCM-SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: 'ECDHE-ECDSA-AES256-GCM-SHA384',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-ECDSA-CHACHA20-POLY1305',
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: 'ECDHE-RSA-AES128-GCM-SHA256',
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: 'ECDHE-RSA-AES256-GCM-SHA384',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-RSA-CHACHA20-POLY1305',
};
const curves: Readonly<Record<string, string>> = {
  CurveP256: 'prime256v1',
  CurveP384: 'secp384r1',
  CurveP521: 'secp521r1',
  X25519: 'X25519',
};
const bcryptHash = /^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/;

/** Reads it; throws OperatorError with file:line:column. Paths are relative to the file. */
export function readWebConfig(file: string): WebConfigFile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error: unknown) {
    throw new OperatorError('web_config_unreadable', messageOf(error), 'check the path of [web] config-file', error);
  }
  const reader = new YamlReader(text, file);
  reader.refuseUnknown([], [...Object.keys(known), 'basic_auth_users']);
  for (const [section, keys] of Object.entries(known)) {
    reader.refuseUnknown([section], keys);
  }
  reader.boolean([http, 'http2']);
  return { tls: readTls(reader, dirname(file)), headers: readHeaders(reader), users: readUsers(reader) };
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
  const verifies = clientAuth === 'VerifyClientCertIfGiven' || clientAuth === 'RequireAndVerifyClientCert';
  if (verifies && clientCa === undefined) {
    throw reader.fail([tls, 'client_auth_type'], `${clientAuth} needs client_ca_file`, 'name the CA of the callers');
  }
  if (!verifies && clientCa !== undefined) {
    const hint = 'set client_auth_type: RequireAndVerifyClientCert, or leave client_ca_file out';
    throw reader.fail([tls, 'client_ca_file'], `client_ca_file is not used by client_auth_type ${clientAuth}`, hint);
  }
  const allowedSans = reader.strings([tls, 'client_allowed_sans']);
  if (allowedSans.length > 0 && !verifies) {
    const hint = 'set client_auth_type: RequireAndVerifyClientCert';
    throw reader.fail([tls, 'client_allowed_sans'], 'client_allowed_sans compares verified certificates only', hint);
  }
  const translated = (name: string, table: Readonly<Record<string, string>>) =>
    reader.strings([tls, name]).map((entry) => {
      const found = table[entry];
      if (found === undefined) {
        const hint = `one of: ${Object.keys(table).join(', ')}`;
        throw reader.fail([tls, name], `${name} has "${entry}", which is not supported`, hint);
      }
      return found;
    });
  const version = (name: string) => versions[reader.choice([tls, name], ['TLS12', 'TLS13']) ?? ''];
  return {
    cert,
    key,
    clientCa,
    clientAuth,
    allowedSans,
    minVersion: version('min_version') ?? 'TLSv1.2',
    maxVersion: version('max_version') ?? 'TLSv1.3',
    ciphers: translated('cipher_suites', ciphers),
    curves: translated('curve_preferences', curves),
  };
}

function readHeaders(reader: YamlReader): Readonly<Record<string, string>> {
  reader.refuseUnknown([http, 'headers'], permittedHeaders);
  return Object.fromEntries(
    reader.keys([http, 'headers']).flatMap((name) => {
      const value = reader.string([http, 'headers', name]);
      if (value !== undefined && /[^\x20-\x7e]/.test(value)) {
        throw reader.fail([http, 'headers', name], `${name} has a character no header may have`, 'write plain ASCII');
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
    return [name, hash] as const;
  });
  return users.length === 0 ? undefined : new Map(users);
}
