import { shortened } from '../../credentials/shortened.js';
import { microserviceNames } from '../components/microservices.js';
import type { ComponentName } from '../components/profile.js';
import type { Address } from '../inventory/address.js';
import { parseAddress } from '../inventory/address.js';

/** A component that registered its address in PD's key-value store. */
export interface Registration {
  readonly component: ComponentName;
  readonly key: string;
  readonly address: Address;
  readonly scheme: 'https' | 'http' | undefined;
  readonly version: string | undefined;
}

/** Characters; longer keys are not those of a component, and each is quoted wherever its instance is named. */
const longestKey = 512;

export interface Registrations {
  readonly alive: readonly Registration[];
  /** Keys of components whose lease expired. */
  readonly stale: readonly string[];
  /** Keys whose value has an unexpected format. */
  readonly unreadable: readonly string[];
}

/** The key prefixes of registrations; ids and addresses follow them. */
export function prefixesFor(clusterId: bigint): readonly string[] {
  return ['/topology/', '/tidb/cdc/', `/ms/${clusterId}/`, '/keyspaces/tidb/'];
}

type Json = Readonly<Record<string, unknown>>;

interface Kind {
  /** The group matches the owner's id. A keyspace may precede the match. */
  readonly key: RegExp;
  readonly component: (match: RegExpExecArray) => ComponentName | undefined;
  readonly address: (value: Json) => string;
  /** Its owner renews the lease of a second key. */
  readonly leased: boolean;
}

const kinds: readonly Kind[] = [
  {
    key: /\/topology\/tidb\/([^/]+)\/info$/,
    component: () => 'tidb',
    address: ({ ip, status_port: port }) => joined(ip, port),
    leased: true,
  },
  {
    key: /\/topology\/tiproxy\/([^/]+)\/info$/,
    component: () => 'tiproxy',
    address: ({ ip, status_port: port }) => joined(ip, port),
    leased: true,
  },
  {
    key: /\/tidb\/cdc\/[^/]+\/__cdc_meta__\/capture\/([^/]+)$/,
    component: () => 'ticdc',
    address: ({ address }) => scalar(address),
    leased: false,
  },
  {
    key: /\/ms\/\d+\/([^/]+)\/registry\/(.+)$/,
    component: ([, service]) => microserviceNames.find((name) => name.replaceAll('-', '_') === service),
    address: (value) => scalar(value['service-addr']),
    leased: false,
  },
];

/** Decodes the keys under `prefixesFor`. Sources: the keys that TiDB, TiProxy, TiCDC and PD's services write. */
export function registrationsIn(keys: ReadonlyMap<string, string>): Registrations {
  const alive: Registration[] = [];
  const stale: string[] = [];
  const unreadable: string[] = [];
  for (const [key, text] of keys) {
    for (const kind of kinds) {
      const match = kind.key.exec(key);
      const component = match === null ? undefined : kind.component(match);
      if (component === undefined) {
        continue;
      }
      const value = jsonOf(text);
      const address = value === undefined ? undefined : parseAddress(kind.address(value));
      if (value === undefined || address === undefined || key.length > longestKey) {
        unreadable.push(shortened(key, longestKey));
      } else if (kind.leased && !keys.has(key.replace(/info$/, 'ttl'))) {
        stale.push(key);
      } else {
        const [scheme] = /^https?(?=:\/\/)/.exec(kind.address(value)) ?? [];
        const version = typeof value.version === 'string' ? value.version : undefined;
        alive.push({ component, key, address, scheme: scheme as Registration['scheme'], version });
      }
    }
  }
  return { alive, stale, unreadable };
}

function joined(ip: unknown, port: unknown): string {
  const host = scalar(ip);
  return `${host.includes(':') ? `[${host}]` : host}:${scalar(port)}`;
}

/** The text of a scalar; empty for an object, whose conversion to a string may throw. */
function scalar(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function jsonOf(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch (error: unknown) {
    if (error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}
