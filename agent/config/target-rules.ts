import { BlockList, isIP } from 'node:net';
import type { Format } from './key.js';

/** Hosts and ports that one entry of `allow-targets` covers. */
export interface TargetRule {
  /** A DNS name in lower case, an address, or the beginning of a network. */
  readonly host: string;
  /** Undefined: `host` is a name. */
  readonly family: 'ipv4' | 'ipv6' | undefined;
  /** Bits of the network; all of them for one address. */
  readonly prefix: number;
  readonly firstPort: number;
  readonly lastPort: number;
}

const bits = { ipv4: 32, ipv6: 128 } as const;
const form = /^(?:\[([^\][/]+)(?:\/(\d{1,3}))?\]|([^:[\]/\s]+)(?:\/(\d{1,2}))?):(\d{1,5})(?:-(\d{1,5}))?$/;

/** `10.0.0.0/8:9000-9999`, `[fd00::/8]:443`, `db.example:443`. */
export const targetFormat: Format<TargetRule> = {
  parse: parseTargetRule,
  what: 'a target',
  hint: 'write "10.0.0.0/8:9000-9999", "[fd00::/8]:443" or "db.example:443"',
};

/** Undefined when it is none of these. */
function parseTargetRule(text: string): TargetRule | undefined {
  const [, six, sixBits, other, fourBits, first, last = first] = form.exec(text.trim()) ?? [];
  const host = (six ?? other ?? '').toLowerCase();
  const [firstPort, lastPort] = [Number(first), Number(last)];
  if (!(firstPort >= 1 && lastPort >= firstPort && lastPort <= 65_535)) {
    return undefined;
  }
  const family = familyOf(host);
  const given = sixBits ?? fourBits;
  const isName = six === undefined && given === undefined && /^(?=.*[a-z])[a-z0-9_]([a-z0-9._-]*[a-z0-9])?$/.test(host);
  if (family === undefined) {
    return isName ? { host, family, prefix: 0, firstPort, lastPort } : undefined;
  }
  const prefix = given === undefined ? bits[family] : Number(given);
  return (family === 'ipv6') === (six !== undefined) && prefix <= bits[family]
    ? { host, family, prefix, firstPort, lastPort }
    : undefined;
}

/** Whether a rule has this name and port. No name is resolved for it. */
export function coversName(rules: readonly TargetRule[], name: string, port: number): boolean {
  return ofPort(rules, port).some(({ host, family }) => family === undefined && host === name.toLowerCase());
}

/** Whether an address and port lie in a network of the rules. */
export function coversAddress(rules: readonly TargetRule[], address: string, port: number): boolean {
  return isIn(
    ofPort(rules, port).flatMap(({ host, family, prefix }) =>
      family === undefined ? [] : [[host, prefix, family] as const],
    ),
    address,
  );
}

/**
 * Whether an address is loopback, link-local, multicast or unspecified. A name that is resolved by foreign DNS must not
 * lead there: cloud metadata services and unprotected local ports are at such addresses.
 */
export function isSpecialAddress(address: string): boolean {
  return isIn(special, address);
}

const special = [
  ['0.0.0.0', 8, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 127, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
] as const;

function isIn(networks: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[], address: string): boolean {
  const list = new BlockList();
  for (const network of networks) {
    list.addSubnet(...network);
  }
  const family = familyOf(address);
  // An IPv4 address in IPv6 spelling is the same host.
  return family !== undefined && list.check(address, family);
}

function ofPort(rules: readonly TargetRule[], port: number): readonly TargetRule[] {
  return rules.filter(({ firstPort, lastPort }) => firstPort <= port && port <= lastPort);
}

function familyOf(host: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(host);
  return version === 0 ? undefined : version === 4 ? 'ipv4' : 'ipv6';
}
