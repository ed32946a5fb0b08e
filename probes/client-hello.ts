import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';

const suites = Buffer.from('c02bc02fc02cc030cca9cca8', 'hex');
const groups = Buffer.from('001d00170018', 'hex');
const signatures = Buffer.from('040305030603080708040805080604010501060102030201', 'hex');

/** A record with a ClientHello of TLS 1.2 (RFC 5246, section 7.4.1.2) with ECDHE suites; `alpn` may be empty. */
export function clientHello(host: string, alpn: readonly string[]): Buffer {
  const protocols = alpn.map((name) => vector(1, Buffer.from(name)));
  const extensions = [
    // SNI takes no IP address (RFC 6066).
    ...(isIP(host) === 0
      ? [extension(0, vector(2, Buffer.concat([Buffer.from([0]), vector(2, Buffer.from(host))])))]
      : []),
    extension(10, vector(2, groups)),
    extension(11, Buffer.from([1, 0])),
    extension(13, vector(2, signatures)),
    ...(protocols.length === 0 ? [] : [extension(16, vector(2, Buffer.concat(protocols)))]),
    extension(23, Buffer.alloc(0)),
    extension(0xff01, Buffer.from([0])),
  ];
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    randomBytes(32),
    Buffer.from([0]),
    vector(2, suites),
    Buffer.from([1, 0]),
    vector(2, Buffer.concat(extensions)),
  ]);
  const handshake = Buffer.concat([Buffer.from([1]), vector(3, body)]);
  return Buffer.concat([Buffer.from([22, 3, 1]), vector(2, handshake)]);
}

function extension(type: number, body: Buffer): Buffer {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(type);
  return Buffer.concat([head, vector(2, body)]);
}

function vector(lengthBytes: number, body: Buffer): Buffer {
  const length = Buffer.alloc(lengthBytes);
  length.writeUIntBE(body.length, 0, lengthBytes);
  return Buffer.concat([length, body]);
}
