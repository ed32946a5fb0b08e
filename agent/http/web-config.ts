import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { messageOf, OperatorError } from '../error.js';
import { nearest } from '../nearest.js';

/** The part of Prometheus' web configuration file that this server takes. */
export interface WebConfigFile {
  readonly tls: WebTls | undefined;
}

export interface WebTls {
  readonly cert: string;
  readonly key: string;
  readonly clientCa: string | undefined;
  readonly clientAuth: ClientAuth;
}

const clientAuthTypes = ['NoClientCert', 'RequireAndVerifyClientCert'] as const;
type ClientAuth = (typeof clientAuthTypes)[number];
const tlsKeys = ['cert_file', 'key_file', 'client_ca_file', 'client_auth_type'];

/** Reads it; throws OperatorError with file:line:column. Paths are relative to the file. */
export function readWebConfig(file: string): WebConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(read(file), { lineCounter: lines });
  const fail = (offset: number, message: string, hint: string): never => {
    const { line, col } = lines.linePos(offset);
    throw new OperatorError('web_config_invalid', `${file}:${line}:${col}: ${message}`, hint);
  };
  const [error] = document.errors;
  if (error !== undefined) {
    fail(error.pos[0], error.message.split('\n')[0] ?? '', 'mend the YAML');
  }
  const value: unknown = document.toJS() ?? {};
  const section = sectionOf(value, 'tls_server_config');
  const levels: readonly (readonly [readonly string[], readonly string[]])[] = [
    [[], ['tls_server_config']],
    [['tls_server_config'], tlsKeys],
  ];
  for (const [path, known] of levels) {
    for (const key of Object.keys(path.length === 0 ? (value as object) : section)) {
      if (!known.includes(key)) {
        const node = document.getIn([...path, key], true) as { range?: [number] } | undefined;
        const guess = nearest(key, known);
        fail(
          node?.range?.[0] ?? 0,
          `unknown or unsupported key ${key}`,
          guess === undefined ? `known: ${known.join(', ')}` : `did you mean ${guess}?`,
        );
      }
    }
  }
  if (Object.keys(section).length === 0) {
    return { tls: undefined };
  }
  const path = (key: string) => {
    const name = section[key];
    return typeof name === 'string' && name !== '' ? resolve(dirname(file), name) : undefined;
  };
  const clientAuth = clientAuthTypes.find((one) => one === (section.client_auth_type ?? 'NoClientCert'));
  const [cert, key, clientCa] = [path('cert_file'), path('key_file'), path('client_ca_file')];
  if (cert === undefined || key === undefined) {
    return fail(0, 'tls_server_config needs cert_file and key_file', 'add the missing one');
  }
  if (clientAuth === undefined) {
    return fail(
      0,
      `client_auth_type ${String(section.client_auth_type)} is not supported`,
      `one of: ${clientAuthTypes.join(', ')}`,
    );
  }
  if ((clientAuth === 'NoClientCert') !== (clientCa === undefined)) {
    return fail(0, 'client_ca_file and client_auth_type: RequireAndVerifyClientCert go together', 'set both or none');
  }
  return { tls: { cert, key, clientCa, clientAuth } };
}

function sectionOf(value: unknown, key: string): Record<string, unknown> {
  const section = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  return typeof section === 'object' && section !== null ? (section as Record<string, unknown>) : {};
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error: unknown) {
    throw new OperatorError('web_config_unreadable', messageOf(error), 'check the path of [web] config-file', error);
  }
}
