import { isIP } from 'node:net';
import type { HarmlessProbe } from '../../cluster/components/profile.js';
import { formatAddress } from '../../cluster/inventory/address.js';
import type { Endpoint } from '../../cluster/inventory/inventory.js';
import type { ConfiguredPaths } from '../../credentials/paths.js';
import type { IdentityName } from '../../probes/observation.js';

/** A command for a shell that repeats a probe. */
export interface Reproduction {
  readonly title: string;
  readonly command: string;
}

/** How long openssl waits: in TLS 1.3 a server rejects a client after the handshake. */
const waitSeconds = 3;

/**
 * Commands for bash that repeat the probe of a port, with the paths of the identity's files, never their contents. Empty
 * for an identity that exists only in the agent's memory.
 */
export function reproductionsOf(
  endpoint: Endpoint,
  identity: IdentityName,
  paths: ConfiguredPaths | undefined,
): readonly Reproduction[] {
  const { probe } = endpoint.profile;
  const address = formatAddress(endpoint);
  if (identity === 'plaintext' || endpoint.scheme === 'http') {
    return probe.protocol === 'http'
      ? [{ title: 'curl', command: words('curl', '-sS', '-i', '--http1.1', `http://${address}${probe.path}`) }]
      : [{ title: 'curl', command: words('curl', '-sS', '-i', '--http1.1', `http://${address}/`) }];
  }
  if (paths === undefined && identity !== 'no-certificate') {
    return [];
  }
  return [
    { title: 'openssl', command: openssl(endpoint, probe, paths) },
    { title: probe.protocol === 'grpc' ? 'curl, speaking gRPC' : 'curl', command: curl(endpoint, probe, paths) },
  ];
}

function openssl(endpoint: Endpoint, probe: HarmlessProbe, paths: ConfiguredPaths | undefined): string {
  const { host, profile } = endpoint;
  const alpn = profile.alpn[probe.protocol];
  const name = isIP(host) === 0 ? ['-servername', host, '-verify_hostname', host] : ['-verify_ip', host];
  const call = words(
    'timeout',
    String(waitSeconds),
    'openssl',
    's_client',
    '-connect',
    formatAddress(endpoint),
    ...name,
    ...option('-CAfile', paths?.ca),
    ...option('-cert', paths?.cert),
    ...option('-key', paths?.key),
    ...(alpn.length === 0 ? [] : ['-alpn', alpn.join(',')]),
    '-showcerts',
    '-ign_eof',
  );
  if (probe.protocol === 'grpc') {
    return `${call} </dev/null`;
  }
  return `printf 'GET ${probe.path} HTTP/1.1\\r\\nHost: ${formatAddress(endpoint)}\\r\\nConnection: close\\r\\n\\r\\n' | ${call}`;
}

function curl(endpoint: Endpoint, probe: HarmlessProbe, paths: ConfiguredPaths | undefined): string {
  const url = `https://${formatAddress(endpoint)}`;
  const credentials = [
    // A client without a CA file tests whether it is accepted, and accepts any server.
    ...(paths?.ca === undefined ? ['--insecure'] : ['--cacert', paths.ca]),
    ...option('--cert', paths?.cert),
    ...option('--key', paths?.key),
  ];
  if (probe.protocol === 'http') {
    return words('curl', '-sS', '-i', '--http1.1', ...credentials, `${url}${probe.path}`);
  }
  // Five zero bytes: an uncompressed message of length 0. The status comes as the trailer grpc-status.
  const headers = ['-H', 'content-type: application/grpc', '-H', 'te: trailers'];
  const call = words(
    'curl',
    '-sS',
    '-v',
    '--http2',
    ...credentials,
    ...headers,
    '--data-binary',
    '@-',
    `${url}${probe.method}`,
  );
  return `printf '\\0\\0\\0\\0\\0' | ${call} -o /dev/null`;
}

function option(name: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [name, value];
}

function words(...parts: readonly string[]): string {
  return parts.map(shellWord).join(' ');
}

/** One word for bash; characters that are not visible are escaped by their number. */
export function shellWord(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) {
    return text;
  }
  if (!/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text)) {
    return `'${text.replaceAll("'", `'\\''`)}'`;
  }
  const escaped = text
    .replace(/[\\']/g, (character) => `\\${character}`)
    .replace(
      /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
      (character) => `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`,
    );
  return `$'${escaped}'`;
}
