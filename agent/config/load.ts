import { ConfigError } from '../../cluster/documents/config-error.js';
import { readText } from '../../cluster/documents/config-file.js';
import { type ConfigDocument, documentOf } from '../../cluster/documents/document.js';
import { nearest } from '../../cluster/documents/nearest.js';
import type { Origin } from '../../cluster/documents/origin.js';
import { parseToml } from '../../cluster/documents/toml.js';
import type { CredentialPaths, KeyPairPaths } from '../../credentials/paths.js';
import type { AgentConfig } from './agent-config.js';
import { unreadable } from './error.js';
import { keysOf, parseKey, sections, tables } from './keys.js';
import { proxiesOf } from './proxies.js';
import { ConfigReader } from './reader.js';
import { acceptKeys } from './table-keys.js';
import { clientAt, componentAt, instanceAt } from './tables.js';

const nothing = documentOf('');

/**
 * Reads agent.toml; without a file, every key has its default. `flags` override it. Throws OperatorError, or ConfigError
 * with the location.
 */
export function readAgentConfig(file: string | undefined, flags: ConfigDocument = nothing): AgentConfig {
  const document = file === undefined ? nothing : parseToml(textOf(file), file);
  rejectUnknownKeys(document);
  const reader = new ConfigReader(document, flags);
  const top = reader.section('');
  if (top.shard !== undefined && top.scope !== 'cluster') {
    throw reader.error('shard', 'divides the ports of a whole cluster', 'set scope = "cluster", too');
  }
  const { listen, configFile } = reader.section('web');
  return {
    ...top,
    ...reader.section('cluster'),
    security: agentPaths(reader),
    components: reader.prefixes('component').map((prefix) => componentAt(reader, prefix)),
    instances: reader.prefixes('instance').map((prefix) => instanceAt(reader, prefix)),
    clients: reader.prefixes('client').map((prefix) => clientAt(reader, prefix)),
    acceptances: reader.prefixes('accept').map((prefix) => reader.values(acceptKeys, prefix)),
    probe: reader.section('probe'),
    historyFile: reader.section('history').file,
    wrongName: wrongNamePaths(reader),
    web: { ...listen, configFile },
    proxies: proxiesOf(reader),
  };
}

/** Every key's default. */
export const defaults = readAgentConfig(undefined);

function textOf(file: string): string {
  try {
    return readText(file);
  } catch (error: unknown) {
    throw unreadable('config_unreadable', file, '--config', error);
  }
}

function rejectUnknownKeys(document: ConfigDocument): void {
  for (const key of document.keys()) {
    const { table, name, isArray } = parseKey(key.value);
    const keys = keysOf(table, isArray);
    if (isArray && keys === undefined) {
      throw unknown(
        'table',
        `[[${table}]]`,
        Object.keys(tables).map((one) => `[[${one}]]`),
        key.origin,
      );
    }
    if (keys === undefined || !Object.hasOwn(keys, name)) {
      throw isArray
        ? unknown('key', name, Object.keys(keys ?? {}), key.origin)
        : unknown('key', key.value, sectionKeys(), key.origin);
    }
  }
}

function unknown(kind: string, name: string, known: readonly string[], origin: Origin): ConfigError {
  const guess = nearest(name, known);
  const remediation = guess === undefined ? `known: ${known.join(', ')}` : `did you mean ${guess}?`;
  return new ConfigError({
    code: 'agent-config',
    severity: 'fail',
    origin,
    message: `unknown ${kind} ${name}`,
    remediation,
  });
}

function sectionKeys(): readonly string[] {
  return Object.entries(sections).flatMap(([table, keys]) =>
    Object.keys(keys).map((name) => (table === '' ? name : `${table}.${name}`)),
  );
}

function agentPaths(reader: ConfigReader): CredentialPaths | undefined {
  const { caPath: ca, certPath: cert, keyPath: key } = reader.section('security');
  reader.requireTogether('security', ['ca-path', 'cert-path', 'key-path']);
  return ca === undefined || cert === undefined || key === undefined ? undefined : { ca, cert, key };
}

function wrongNamePaths(reader: ConfigReader): KeyPairPaths | undefined {
  const { certPath: cert, keyPath: key } = reader.section('wrong-name');
  reader.requireTogether('wrong-name', ['cert-path', 'key-path']);
  return cert === undefined || key === undefined ? undefined : { cert, key };
}
