import { randomBytes } from 'node:crypto';
import { isIP, connect as netConnect } from 'node:net';
import type { Certificate } from '../credentials/certificate.js';
import { errorMessage } from '../credentials/error-text.js';
import { certificateOf } from '../credentials/known-certificates.js';
import { lookup } from './lookup.js';
import { answersPlaintext } from './plaintext.js';

/** What a port says of itself in the first flight of TLS 1.2, in clear text, to anybody. */
export interface ServerHandshake {
  readonly at: Date;
  /** `read`: up to ServerHelloDone. The others are no statement on the port's callers. */
  readonly outcome: 'read' | 'unreachable' | 'timeout' | 'not-tls' | 'inconclusive';
  readonly detail: string;
  /** Whether it sent a CertificateRequest; undefined unless read. */
  readonly requestsCertificate: boolean | undefined;
  /** Distinguished names of the CAs it holds in memory, DER in hex; empty where it names none. */
  readonly authorities: readonly string[];
  /** Leaf first, as served. */
  readonly chain: readonly Certificate[];
}

export interface HandshakeTarget {
  readonly host: string;
  readonly port: number;
  readonly alpn: readonly string[];
}

/**
 * Sends one ClientHello of TLS 1.2 in the same tick as the TCP connect, reads to ServerHelloDone, says goodbye and
 * closes. No credential is shown and no session made. Never rejects; the socket is destroyed by the timeout at the latest.
 */
export async function readServerHandshake(target: HandshakeTarget, timeout: number): Promise<ServerHandshake> {
  const at = new Date();
  const messages = new ServerMessages();
  const end = await exchange(target, messages, timeout);
  if (end === 'done') {
    const { requestsCertificate, authorities, chain } = messages;
    return { at, outcome: 'read', detail: 'read to ServerHelloDone', requestsCertificate, authorities, chain };
  }
  const outcome = await outcomeOf(end, target, timeout);
  const detail = outcome === 'unreachable' ? `no connection: ${end}` : end;
  return { at, outcome, detail, requestsCertificate: undefined, authorities: [], chain: [] };
}

async function outcomeOf(end: string, target: HandshakeTarget, timeout: number): Promise<ServerHandshake['outcome']> {
  if (end === 'timeout') {
    return 'timeout';
  }
  if (/^E(CONNREFUSED|HOSTUNREACH|NETUNREACH|HOSTDOWN|AI_AGAIN)$|^ENOTFOUND$/.test(end)) {
    return 'unreachable';
  }
  return end === 'no TLS record' || (await answersPlaintext(target, timeout)) === true ? 'not-tls' : 'inconclusive';
}

/** How it ended: `done`, `timeout`, `alert N`, or the code of an error. */
function exchange({ host, port, alpn }: HandshakeTarget, messages: ServerMessages, timeout: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = netConnect({ host, port, noDelay: true, lookup });
    const finish = (how: string) => {
      clearTimeout(timer);
      if (how === 'done') {
        // close_notify: a goodbye is not a failed handshake on most servers.
        socket.end(Buffer.from([21, 3, 3, 0, 2, 1, 0]));
        socket.destroySoon();
      } else {
        socket.destroy();
      }
      resolve(how);
    };
    const timer = setTimeout(() => finish('timeout'), timeout);
    socket.write(clientHello(host, alpn));
    socket.on('data', (bytes) => {
      const how = messages.take(bytes);
      if (how !== undefined) {
        finish(how);
      }
    });
    socket.on('error', (error) => finish('code' in error ? String(error.code) : error.message));
    socket.on('close', () => finish('closed'));
  });
}

const record = { alert: 21, handshake: 22 } as const;
const message = { certificate: 11, certificateRequest: 13, serverHelloDone: 14 } as const;
/** A first flight with long chains and hundreds of CA names is smaller. */
const largestFlight = 1 << 20;

/** The server's first flight, record by record and message by message (RFC 5246, sections 6.2 and 7.4). */
export class ServerMessages {
  requestsCertificate = false;
  authorities: readonly string[] = [];
  chain: readonly Certificate[] = [];
  #records: Buffer = Buffer.alloc(0);
  #messages: Buffer = Buffer.alloc(0);

  /** Undefined while more has to come. */
  take(bytes: Buffer): string | undefined {
    this.#records = Buffer.concat([this.#records, bytes]);
    if (this.#records.length + this.#messages.length > largestFlight) {
      return 'too long';
    }
    try {
      return this.#readRecords();
    } catch (error: unknown) {
      // Reading past the end of a malformed message, or a certificate that does not parse.
      return `malformed: ${errorMessage(error)}`;
    }
  }

  #readRecords(): string | undefined {
    while (this.#records.length >= 5) {
      const type = this.#records[0];
      const length = this.#records.readUInt16BE(3);
      if (type !== record.alert && type !== record.handshake) {
        return 'no TLS record';
      }
      if (this.#records.length < 5 + length) {
        return undefined;
      }
      const payload = this.#records.subarray(5, 5 + length);
      this.#records = this.#records.subarray(5 + length);
      if (type === record.alert) {
        return `alert ${payload[1]}`;
      }
      this.#messages = Buffer.concat([this.#messages, payload]);
      if (this.#readMessages()) {
        return 'done';
      }
    }
    return undefined;
  }

  #readMessages(): boolean {
    while (this.#messages.length >= 4 && this.#messages.length >= 4 + this.#messages.readUIntBE(1, 3)) {
      const type = this.#messages[0];
      const body = this.#messages.subarray(4, 4 + this.#messages.readUIntBE(1, 3));
      this.#messages = this.#messages.subarray(4 + body.length);
      if (type === message.certificate) {
        this.chain = vectors(body.subarray(3), 3).map(certificateOf);
      } else if (type === message.certificateRequest) {
        this.requestsCertificate = true;
        this.authorities = authoritiesIn(body);
      } else if (type === message.serverHelloDone) {
        return true;
      }
    }
    return false;
  }
}

/** The names follow two vectors: certificate types and signature algorithms. */
function authoritiesIn(body: Buffer): readonly string[] {
  const afterTypes = 1 + body.readUInt8(0);
  const afterAlgorithms = afterTypes + 2 + body.readUInt16BE(afterTypes);
  return vectors(body.subarray(afterAlgorithms + 2), 2).map((name) => name.toString('hex'));
}

/** Consecutive vectors, each after its length in so many bytes. */
function vectors(bytes: Buffer, lengthBytes: number): readonly Buffer[] {
  const found: Buffer[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const length = bytes.readUIntBE(offset, lengthBytes);
    found.push(bytes.subarray(offset + lengthBytes, offset + lengthBytes + length));
    offset += lengthBytes + length;
  }
  return found;
}

const suites = Buffer.from('c02bc02fc02cc030cca9cca8', 'hex');
const groups = Buffer.from('001d00170018', 'hex');
const signatures = Buffer.from('040305030603080708040805080604010501060102030201', 'hex');

function clientHello(host: string, alpn: readonly string[]): Buffer {
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
  return Buffer.concat([Buffer.from([record.handshake, 3, 1]), vector(2, handshake)]);
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
