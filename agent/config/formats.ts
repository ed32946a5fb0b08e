import { parseAddress } from '../../cluster/inventory/address.js';
import { ciphers } from '../../credentials/go-tls-names.js';
import { type ProxyAddress, parseProxyAddress } from '../../proxy/address.js';
import type { Format } from './key.js';

/** `127.0.0.1:10793`, `:10793` (all addresses), `[::1]:0`. */
export const listenFormat: Format<{ readonly host: string; readonly port: number }> = {
  parse: (text) => {
    const match = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
    const port = Number(match?.[3]);
    return match === null || port > 65_535 ? undefined : { host: match[1] ?? (match[2] || '::'), port };
  },
  what: 'a listen address',
  hint: 'write host:port, as in 127.0.0.1:10793',
};

/** The scheme decides whether the agent speaks TLS to PD. */
export const pdUrlFormat: Format<string> = {
  parse: (url) => (/^https?:\/\//.test(url) && parseAddress(url) !== undefined ? url : undefined),
  what: 'a client URL of PD',
  hint: 'write it as https://10.0.1.1:2379',
};

export const proxyListenFormat: Format<ProxyAddress> = {
  parse: parseProxyAddress,
  what: 'an address',
  hint: 'write host:port, unix:/path of at most 107 bytes, or systemd:name',
};

export const proxyTargetFormat: Format<ProxyAddress> = {
  parse: (text) => {
    const address = parseProxyAddress(text);
    const isNoTarget = address?.kind === 'systemd' || (address?.kind === 'tcp' && address.port === 0);
    return isNoTarget ? undefined : address;
  },
  what: 'an address to connect to',
  hint: 'write host:port with the port of the target, or unix:/path of at most 107 bytes',
};

/** A suite of TLS 1.2 by Go's name, as OpenSSL's. Those of TLS 1.3 are always enabled. */
export const cipherFormat: Format<string> = {
  parse: (name) => (Object.hasOwn(ciphers, name) && !name.startsWith('TLS_AES') ? ciphers[name] : undefined),
  what: "a cipher suite of TLS 1.2 by Go's name",
  hint: `one of: ${Object.keys(ciphers).join(', ')}`,
};
