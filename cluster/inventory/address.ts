import { isIP } from 'node:net';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Parses `host:port` or `[v6]:port`, with or without a scheme; undefined for other text. */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:https?:\/\/)?(?:\[([0-9a-fA-F:.]+)\]|([^:/\s[\]]+)):(\d{1,5})\/?$/.exec(text.trim());
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
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
