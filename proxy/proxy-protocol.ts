import { isIP } from 'node:net';

/** The two ends of a connection, as a PROXY header of version 2 carries them. */
export interface ProxyHeader {
  readonly source: Endpoint;
  readonly destination: Endpoint;
  /** Set where the client connected over TLS. */
  readonly tls?: {
    readonly version: string;
    readonly commonName: string | undefined;
    /** The entry of the allow-list, as `san:prometheus.example.com`. */
    readonly authorizedBy?: string | undefined;
    readonly verified: boolean;
  };
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

const signature = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
/** Bytes; a longer header is neither sent nor read. */
const largestLength = 4_096;

/** `authorizedBy` is the first of the types that the protocol leaves to applications. */
const type = { tls: 0x20, version: 0x21, commonName: 0x22, authorizedBy: 0xe0 } as const;
const flag = { tls: 1, certificate: 2 } as const;

/**
 * The bytes of a header. Addresses that are no IP addresses (a Unix socket) are sent as `UNSPEC`. Throws RangeError
 * where a Common Name makes it too long: without a header the target would not know the client.
 */
export function encodeProxyHeader({ source, destination, tls }: ProxyHeader): Buffer {
  const family = isIP(source.host);
  const known = family !== 0 && isIP(destination.host) === family;
  const addresses = known
    ? Buffer.concat([ipBytes(source.host), ipBytes(destination.host), port(source.port), port(destination.port)])
    : Buffer.alloc(0);
  const body = Buffer.concat([addresses, ...(tls === undefined ? [] : [tlsRecord(tls), ...text('authorizedBy', tls)])]);
  rejectLonger(16 + body.length);
  const head = Buffer.alloc(4);
  // Version 2, PROXY; then family and STREAM.
  head[0] = 0x21;
  head[1] = known ? (family === 4 ? 0x11 : 0x21) : 0x00;
  head.writeUInt16BE(body.length, 2);
  return Buffer.concat([signature, head, body]);
}

function tlsRecord(tls: NonNullable<ProxyHeader['tls']>): Buffer {
  const verify = Buffer.alloc(5);
  verify[0] = flag.tls | (tls.verified ? flag.certificate : 0);
  verify.writeUInt32BE(tls.verified ? 0 : 1, 1);
  return record(type.tls, Buffer.concat([verify, ...text('version', tls), ...text('commonName', tls)]));
}

function text(name: 'version' | 'commonName' | 'authorizedBy', tls: NonNullable<ProxyHeader['tls']>): Buffer[] {
  const value = tls[name];
  return value === undefined ? [] : [record(type[name], Buffer.from(value))];
}

function record(kind: number, value: Buffer): Buffer {
  rejectLonger(value.length);
  const head = Buffer.alloc(3);
  head[0] = kind;
  head.writeUInt16BE(value.length, 1);
  return Buffer.concat([head, value]);
}

function rejectLonger(length: number): void {
  if (length > largestLength) {
    throw new RangeError(`a PROXY header of ${length} bytes is too long`);
  }
}

function port(number: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(number);
  return bytes;
}

/** More bytes are needed, or the bytes are no valid header, or the header is complete and has this many bytes. */
export type DecodedHeader =
  | { readonly kind: 'more' }
  | { readonly kind: 'invalid'; readonly reason: string }
  | { readonly kind: 'header'; readonly length: number; readonly source: Endpoint | undefined };

export function decodeProxyHeader(bytes: Buffer): DecodedHeader {
  const begun = bytes.subarray(0, signature.length);
  if (!signature.subarray(0, begun.length).equals(begun)) {
    return { kind: 'invalid', reason: 'the first bytes are no PROXY header of version 2' };
  }
  if (bytes.length < 16) {
    return { kind: 'more' };
  }
  const length = 16 + bytes.readUInt16BE(14);
  if (bytes[12] !== 0x21 && bytes[12] !== 0x20) {
    return { kind: 'invalid', reason: 'the PROXY header has an unknown version or command' };
  }
  if (length > largestLength) {
    return { kind: 'invalid', reason: `the PROXY header has ${length} bytes, more than ${largestLength}` };
  }
  if (bytes.length < length) {
    return { kind: 'more' };
  }
  return {
    kind: 'header',
    length,
    source: bytes[12] === 0x20 ? undefined : sourceIn(bytes.subarray(16, length), bytes[13] ?? 0),
  };
}

function sourceIn(body: Buffer, family: number): Endpoint | undefined {
  const size = family === 0x11 ? 4 : family === 0x21 ? 16 : 0;
  if (size === 0 || body.length < 2 * size + 4) {
    return undefined;
  }
  return { host: ipText(body.subarray(0, size)), port: body.readUInt16BE(2 * size) };
}

function ipBytes(host: string): Buffer {
  if (isIP(host) === 4) {
    return Buffer.from(host.split('.').map(Number));
  }
  const [, v4] = /:(\d+\.\d+\.\d+\.\d+)$/.exec(host) ?? [];
  const plain = v4 === undefined ? host : host.replace(v4, hexPair(ipBytes(v4)));
  const [head = '', tail] = plain.split('%')[0]?.split('::') ?? [];
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const middle = Array.from({ length: 8 - left.length - right.length }, () => '0');
  const bytes = Buffer.alloc(16);
  [...left, ...middle, ...right].forEach((group, index) => {
    bytes.writeUInt16BE(Number.parseInt(group, 16), 2 * index);
  });
  return bytes;
}

function hexPair(bytes: Buffer): string {
  return `${bytes.readUInt16BE(0).toString(16)}:${bytes.readUInt16BE(2).toString(16)}`;
}

function ipText(bytes: Buffer): string {
  return bytes.length === 4
    ? [...bytes].join('.')
    : Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(2 * index).toString(16)).join(':');
}
