import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import type { Origin, Sourced } from '../cluster/inventory.js';
import type { DeclaredInstance } from '../cluster/inventory-builder.js';
import { formatOrigin } from '../cluster/origin.js';
import { type ComponentName, componentNames } from '../cluster/profile.js';
import { parseToml, type TomlDocument } from '../cluster/toml.js';
import { parseDuration } from './duration.js';
import { messageOf, OperatorError } from './error.js';
import { nearest } from './nearest.js';
import type { Scope } from './scope.js';

/** Everything `run` and `check` are told; paths absolute, durations in milliseconds. */
export interface AgentConfig {
  readonly scope: Scope;
  readonly security: OwnPaths | undefined;
  /** Globs of component config files. */
  readonly configs: readonly string[];
  readonly instances: readonly DeclaredInstance[];
  readonly probe: ProbeConfig;
  readonly web: WebConfig;
}

export interface OwnPaths {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface ProbeConfig {
  readonly interval: number;
  readonly timeout: number;
  readonly concurrency: number;
}

export interface WebConfig {
  readonly host: string;
  readonly port: number;
  readonly configFile: string | undefined;
}

/** Loopback: who wants more says so. */
export const defaultWeb: WebConfig = { host: '127.0.0.1', port: 10793, configFile: undefined };
export const defaultProbe: ProbeConfig = { interval: 15_000, timeout: 5_000, concurrency: 16 };

const topLevelKeys = [
  'scope',
  'security.ca-path',
  'security.cert-path',
  'security.key-path',
  'cluster.configs',
  'probe.interval',
  'probe.timeout',
  'probe.concurrency',
  'web.listen',
  'web.config-file',
] as const;

const instanceKeys = [
  'component',
  'address',
  'status-address',
  'peer-address',
  'config',
  'version',
  'ca-path',
  'cert-path',
  'key-path',
  'cert-allowed-cn',
] as const;

/** Reads agent.toml. Throws OperatorError (or cluster's ConfigError for syntax) naming file:line:column. */
export function readAgentConfig(file: string): AgentConfig {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error: unknown) {
    throw new OperatorError('config_unreadable', messageOf(error), 'check the path given to --config', error);
  }
  const reader = new Reader(parseToml(text, file), dirname(resolve(file)));
  reader.refuseUnknownKeys();
  return {
    scope: reader.choice('scope', ['node', 'cluster']) ?? 'node',
    security: reader.ownPaths(),
    configs: reader.strings('cluster.configs').map((glob) => reader.path(glob)),
    instances: reader.instances(),
    probe: {
      interval: reader.duration('probe.interval') ?? defaultProbe.interval,
      timeout: reader.duration('probe.timeout') ?? defaultProbe.timeout,
      concurrency: reader.positiveInteger('probe.concurrency') ?? defaultProbe.concurrency,
    },
    web: reader.web(),
  };
}

class Reader {
  readonly #document: TomlDocument;
  readonly #directory: string;

  constructor(document: TomlDocument, directory: string) {
    this.#document = document;
    this.#directory = directory;
  }

  refuseUnknownKeys(): void {
    for (const key of this.#document.keys()) {
      const inInstance = /^instance\.\d+\.(.+)$/.exec(key.value)?.[1];
      const known: readonly string[] = inInstance === undefined ? topLevelKeys : instanceKeys;
      const name = inInstance ?? key.value;
      if (!known.includes(name)) {
        const guess = nearest(name, known);
        throw invalid(
          key.origin,
          `unknown key ${name}`,
          guess === undefined ? `known: ${known.join(', ')}` : `did you mean ${guess}?`,
        );
      }
    }
  }

  path(value: string): string {
    return isAbsolute(value) ? value : resolve(this.#directory, value);
  }

  string(key: string): Sourced<string> | undefined {
    const found = this.#document.get(key);
    if (found === undefined) {
      return undefined;
    }
    if (typeof found.value !== 'string' || found.value === '') {
      throw invalid(found.origin, `${key} must be a string that is not empty`, `write ${key} = "…"`);
    }
    return { value: found.value, origin: found.origin };
  }

  strings(key: string): readonly string[] {
    const found = this.#document.get(key);
    if (found === undefined) {
      return [];
    }
    if (!Array.isArray(found.value) || found.value.some((entry) => typeof entry !== 'string')) {
      throw invalid(found.origin, `${key} must be an array of strings`, `write ${key} = ["…"]`);
    }
    return found.value as readonly string[];
  }

  choice<const T extends string>(key: string, values: readonly T[]): T | undefined {
    const found = this.string(key);
    if (found === undefined) {
      return undefined;
    }
    const value = values.find((one) => one === found.value);
    if (value === undefined) {
      throw invalid(found.origin, `${key} is "${found.value}"`, `one of: ${values.join(', ')}`);
    }
    return value;
  }

  duration(key: string): number | undefined {
    const found = this.string(key);
    if (found === undefined) {
      return undefined;
    }
    const milliseconds = parseDuration(found.value);
    if (milliseconds === undefined || milliseconds < 100) {
      throw invalid(
        found.origin,
        `${key} is "${found.value}", not a duration of 100ms or more`,
        `write ${key} = "15s"`,
      );
    }
    return milliseconds;
  }

  positiveInteger(key: string): number | undefined {
    const found = this.#document.get(key);
    if (found === undefined) {
      return undefined;
    }
    const value = Number(found.value);
    if (!Number.isInteger(value) || value < 1) {
      throw invalid(found.origin, `${key} must be a whole number above 0`, `write ${key} = 16`);
    }
    return value;
  }

  ownPaths(): OwnPaths | undefined {
    const [ca, cert, key] = (['ca-path', 'cert-path', 'key-path'] as const).map((name) =>
      this.string(`security.${name}`),
    );
    if (ca === undefined && cert === undefined && key === undefined) {
      return undefined;
    }
    if (ca === undefined || cert === undefined || key === undefined) {
      const origin = (ca ?? cert ?? key)?.origin ?? { kind: 'default' as const };
      throw invalid(origin, '[security] needs ca-path, cert-path and key-path together', 'add the missing ones');
    }
    return { ca: this.path(ca.value), cert: this.path(cert.value), key: this.path(key.value) };
  }

  web(): WebConfig {
    const listen = this.string('web.listen');
    const configFile = this.string('web.config-file');
    return {
      ...(listen === undefined ? defaultWeb : parseListen(listen.value, formatOrigin(listen.origin))),
      configFile: configFile === undefined ? undefined : this.path(configFile.value),
    };
  }

  instances(): readonly DeclaredInstance[] {
    const count = new Set(this.#document.keys().map((key) => /^instance\.(\d+)\./.exec(key.value)?.[1])).size;
    const declared: DeclaredInstance[] = [];
    for (let index = 0; index < count; index++) {
      const prefix = `instance.${index}`;
      if (
        this.#document.get(`${prefix}.component`) !== undefined ||
        this.#document.get(`${prefix}.address`) !== undefined
      ) {
        declared.push(this.#instance(prefix));
      }
    }
    return declared;
  }

  #instance(prefix: string): DeclaredInstance {
    const component = this.choice<ComponentName>(`${prefix}.component`, componentNames);
    const address = this.string(`${prefix}.address`);
    if (component === undefined || address === undefined) {
      const origin = (this.#document.get(`${prefix}.component`) ?? address)?.origin ?? { kind: 'default' as const };
      throw invalid(origin, 'an [[instance]] needs component and address', 'add the missing one');
    }
    const optional = (name: string) => this.string(`${prefix}.${name}`)?.value;
    const file = (name: string) => {
      const value = optional(name);
      return value === undefined ? undefined : this.path(value);
    };
    const names = this.strings(`${prefix}.cert-allowed-cn`);
    return withoutUndefined({
      component,
      address: address.value,
      origin: address.origin,
      statusAddress: optional('status-address'),
      peerAddress: optional('peer-address'),
      config: file('config'),
      version: optional('version'),
      ca: file('ca-path'),
      cert: file('cert-path'),
      key: file('key-path'),
      allowedCommonNames: names.length === 0 ? undefined : names,
    }) as DeclaredInstance;
  }
}

/** `127.0.0.1:10793`, `:10793` (all addresses), `[::1]:0`. */
export function parseListen(text: string, where: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw new OperatorError(
      'bad_listen',
      `${where}: "${text}" is no listen address`,
      'write host:port, as in 127.0.0.1:10793',
    );
  }
  return { host: match[1] ?? (match[2] === '' ? '::' : (match[2] ?? '::')), port };
}

function withoutUndefined(record: Readonly<Record<string, unknown>>): unknown {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

function invalid(origin: Origin, message: string, hint: string): OperatorError {
  return new OperatorError('config_invalid', `${formatOrigin(origin)}: ${message}`, hint);
}
