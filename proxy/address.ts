import { isIP } from 'node:net';

/** An address to listen at or to connect to: TCP, a Unix socket, or a socket that systemd passed. */
export type ProxyAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'systemd'; readonly name: string };

/** Bytes of a socket's path: Linux has room for 108 with the final zero, and silently truncates a longer one. */
const longestPath = 107;

/** `host:port`, `[v6]:port`, `:port`, `unix:/path`, `systemd:name`; undefined where the text is none of them. */
export function parseProxyAddress(text: string): ProxyAddress | undefined {
  const [, scheme, rest = ''] = /^(unix|systemd):(.+)$/.exec(text) ?? [];
  if (scheme !== undefined) {
    if (scheme === 'systemd') {
      return { kind: 'systemd', name: rest };
    }
    return Buffer.byteLength(rest) > longestPath ? undefined : { kind: 'unix', path: rest };
  }
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    return undefined;
  }
  const host = match[1] ?? match[2] ?? '';
  return match[1] !== undefined && isIP(match[1]) !== 6
    ? undefined
    : { kind: 'tcp', host: host === '' ? '::' : host, port };
}

export function formatProxyAddress(address: ProxyAddress): string {
  switch (address.kind) {
    case 'tcp':
      return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
    case 'unix':
      return `unix:${address.path}`;
    case 'systemd':
      return `systemd:${address.name}`;
  }
}
