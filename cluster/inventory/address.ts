import { isIP } from 'node:net';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Bytes of a host name (RFC 1035, section 2.3.4). PD, a request or a file may contain longer text. */
const longestHost = 253;

/** Parses `host:port` or `[v6]:port`, with or without a scheme; undefined for other text. */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:https?:\/\/)?(?:\[([0-9a-fA-F:.]+)\]|([^:/\s[\]]+)):(\d{1,5})\/?$/.exec(text.trim());
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  const isValid = host !== undefined && Buffer.byteLength(host) <= longestHost && port >= 1 && port <= 65_535;
  return isValid ? { host, port } : undefined;
}

export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The host to dial for a listener; loopback for one on all addresses. */
export function dialable(host: string): string {
  return host === '0.0.0.0' || host === '' ? '127.0.0.1' : host === '::' ? '::1' : host;
}

/** Whether a host is an IP address and not a name. */
export function isIpAddress(host: string): boolean {
  return isIP(host) !== 0;
}

/** All of them reach a listener on all addresses of this host. */
const loopback: readonly string[] = ['localhost', '127.0.0.1', '[::1]', '0.0.0.0', '[::]'];

/**
 * One text for all spellings of an address that are known without DNS: capitals, a dot at the end, the forms of IPv4 and IPv6
 * addresses, and `localhost` for both of its addresses.
 */
export function canonicalAddress({ host, port }: Address): string {
  const written = host.includes(':') ? `[${host}]` : host.replace(/\.$/, '');
  const url = `http://${written}`;
  // What is no host of a URL, such as an IPv6 address with a zone, keeps its spelling.
  const canonical = withoutMapping(URL.canParse(url) ? new URL(url).hostname : written.toLowerCase());
  return `${loopback.includes(canonical) ? 'localhost' : canonical}:${port}`;
}

/** An IPv4 address that is written as an IPv6 one is the same address. */
function withoutMapping(host: string): string {
  const [, high, low] = /^\[::ffff:([0-9a-f]+):([0-9a-f]+)\]$/.exec(host) ?? [];
  if (high === undefined || low === undefined) {
    return host;
  }
  const bytes = [high, low].map((group) => Number.parseInt(group, 16)).flatMap((group) => [group >> 8, group & 0xff]);
  return bytes.join('.');
}
