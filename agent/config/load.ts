import { dirname, resolve } from 'node:path';
import { ConfigError } from '../../cluster/documents/config-error.js';
import { readText } from '../../cluster/documents/file-text.js';
import type { Origin } from '../../cluster/documents/origin.js';
import { formatOrigin } from '../../cluster/documents/origin.js';
import { parseToml } from '../../cluster/documents/toml.js';
import { parseAddress } from '../../cluster/inventory/address.js';
import type { CredentialPaths, KeyPairPaths } from '../../credentials/paths.js';
import type { AgentConfig, ProbeConfig, WebConfig } from './agent-config.js';
import { OperatorError } from './error.js';
import { inArrayOfTables, tables, topLevelKeys } from './keys.js';
import { nearest } from './nearest.js';
import { proxiesOf } from './proxies.js';
import { shardOf, targetRules } from './reach.js';
import { ConfigReader, invalid } from './reader.js';
import { clientAt, componentAt, instanceAt } from './tables.js';
import { unreadable } from './unreadable.js';

/** Loopback: who wants more says so. */
export const defaultWeb: WebConfig = { host: '127.0.0.1', port: 10793, configFile: undefined };
export const defaultRefresh = 60_000;
export const defaultProbe: ProbeConfig = {
  interval: 15_000,
  timeout: 5_000,
  concurrency: 16,
  peers: 64,
  rejections: 600_000,
  resumption: false,
  allowTargets: [],
  identityTargets: [],
};

/** Reads agent.toml. Throws OperatorError (or cluster's ConfigError for syntax) naming file:line:column. */
export function readAgentConfig(file: string): AgentConfig {
  let text: string;
  try {
    text = readText(file);
  } catch (error: unknown) {
    // What the system said has words of its own; that it is no regular file, or too large, says the reader.
    const system = error instanceof ConfigError ? error.cause : error;
    throw system === undefined ? error : unreadable('config_unreadable', file, '--config', system);
  }
  const reader = new ConfigReader(parseToml(text, file), dirname(resolve(file)));
  rejectUnknownKeys(reader);
  const scope = reader.choice('scope', ['node', 'cluster']) ?? 'node';
  return {
    scope,
    shard: shardOf(reader, scope),
    security: agentPaths(reader),
    configs: reader.strings('cluster.configs').map((glob) => reader.path(glob)),
    topology: reader.stringOrStrings('cluster.topology').map((file) => reader.path(file)),
    pd: pdUrls(reader),
    processes: reader.boolean('cluster.processes') ?? false,
    refresh: reader.duration('cluster.refresh') ?? defaultRefresh,
    host: reader.string('host')?.value,
    components: reader.tables('component').map((prefix) => componentAt(reader, prefix)),
    instances: reader.tables('instance').map((prefix) => instanceAt(reader, prefix)),
    clients: reader.tables('client').map((prefix) => clientAt(reader, prefix)),
    probe: {
      interval: reader.duration('probe.interval') ?? defaultProbe.interval,
      timeout: reader.duration('probe.timeout') ?? defaultProbe.timeout,
      concurrency: reader.positiveInteger('probe.concurrency') ?? defaultProbe.concurrency,
      peers: reader.positiveInteger('probe.peers') ?? defaultProbe.peers,
      rejections: rejectionsOf(reader),
      resumption: reader.boolean('probe.resumption') ?? defaultProbe.resumption,
      allowTargets: targetRules(reader, 'probe.allow-targets'),
      identityTargets: targetRules(reader, 'probe.identity-targets'),
    },
    reload: reader.choice('reload', ['observe', 'trigger']) ?? 'observe',
    historyFile: reader.file('history.file'),
    wrongName: wrongNameOf(reader),
    web: webOf(reader),
    proxies: proxiesOf(reader),
  };
}

function rejectUnknownKeys(reader: ConfigReader): void {
  for (const key of reader.keys()) {
    const { table, name = key.value } = inArrayOfTables(key.value) ?? {};
    const keys = table === undefined ? topLevelKeys : tables[table];
    if (keys === undefined) {
      throw unknownTable(key.origin, table ?? '');
    }
    const known = Object.keys(keys);
    if (!known.includes(name)) {
      const guess = nearest(name, known);
      const hint = guess === undefined ? `known: ${known.join(', ')}` : `did you mean ${guess}?`;
      throw invalid(key.origin, `unknown key ${name}`, hint);
    }
  }
}

function unknownTable(origin: Origin, name: string): OperatorError {
  const names = Object.keys(tables);
  const guess = nearest(name, names);
  const all = names.map((table) => `[[${table}]]`);
  const hint = guess === undefined ? `known: ${all.join(', ')}` : `did you mean [[${guess}]]?`;
  return invalid(origin, `unknown table [[${name}]]`, hint);
}

function agentPaths(reader: ConfigReader): CredentialPaths | undefined {
  const names = ['security.ca-path', 'security.cert-path', 'security.key-path'] as const;
  const [ca, cert, key] = names.map((name) => reader.file(name));
  if (ca === undefined && cert === undefined && key === undefined) {
    return undefined;
  }
  if (ca === undefined || cert === undefined || key === undefined) {
    const origin = names.map((name) => reader.originOf(name)).find((one) => one !== undefined);
    const message = '[security] needs ca-path, cert-path and key-path together';
    throw invalid(origin ?? { kind: 'default' }, message, 'add the missing ones');
  }
  return { ca, cert, key };
}

function rejectionsOf(reader: ConfigReader): number | undefined {
  return reader.isOff('probe.negative-interval')
    ? undefined
    : (reader.duration('probe.negative-interval') ?? defaultProbe.rejections);
}

function wrongNameOf(reader: ConfigReader): KeyPairPaths | undefined {
  const [cert, key] = [reader.file('wrong-name.cert-path'), reader.file('wrong-name.key-path')];
  if ((cert === undefined) !== (key === undefined)) {
    const origin = reader.originOf('wrong-name.cert-path') ?? reader.originOf('wrong-name.key-path');
    throw invalid(origin ?? { kind: 'default' }, '[wrong-name] needs cert-path and key-path', 'add the missing one');
  }
  return cert === undefined || key === undefined ? undefined : { cert, key };
}

function pdUrls(reader: ConfigReader): readonly string[] {
  const urls = reader.stringOrStrings('cluster.pd').flatMap((entry) => entry.split(','));
  for (const url of urls) {
    requirePdUrl(url, (message, hint) => invalid(reader.originOf('cluster.pd') ?? { kind: 'default' }, message, hint));
  }
  return urls.map((url) => url.trim());
}

/** `https://10.0.1.1:2379`; the scheme says whether PD is spoken to over TLS. */
export function requirePdUrl(url: string, failure: (message: string, hint: string) => Error): void {
  if (!/^https?:\/\//.test(url.trim()) || parseAddress(url) === undefined) {
    throw failure(`"${url}" is no client URL of PD`, 'write it as https://10.0.1.1:2379');
  }
}

function webOf(reader: ConfigReader): WebConfig {
  const listen = reader.string('web.listen');
  return {
    ...(listen === undefined ? defaultWeb : parseListen(listen.value, formatOrigin(listen.origin))),
    configFile: reader.file('web.config-file'),
  };
}

/** `127.0.0.1:10793`, `:10793` (all addresses), `[::1]:0`. */
export function parseListen(text: string, where: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    const hint = 'write host:port, as in 127.0.0.1:10793';
    throw new OperatorError('bad_listen', `${where}: "${text}" is no listen address`, hint);
  }
  return { host: match[1] ?? (match[2] === '' ? '::' : (match[2] ?? '::')), port };
}
