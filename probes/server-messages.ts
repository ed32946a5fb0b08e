import type { Certificate } from '../credentials/certificate.js';
import { errorMessage } from '../credentials/error-text.js';
import { certificateOf } from '../credentials/known-certificates.js';

/** Content types of TLS records, and types of handshake messages. */
const record = { alert: 21, handshake: 22 } as const;
const message = { serverHello: 2, certificate: 11, certificateRequest: 13, serverHelloDone: 14 } as const;
/** The TLS alert no_application_protocol, and the ALPN extension (RFC 7301). */
const noApplicationProtocol = 120;
const alpnExtension = 16;
/** Bytes; messages with long chains and hundreds of CA names are shorter. */
const largestHandshake = 1 << 20;

/** How reading ended. `read`: up to ServerHelloDone. */
export interface ReadingEnd {
  readonly outcome: 'read' | 'not-tls' | 'inconclusive';
  readonly detail: string;
}

const done: ReadingEnd = { outcome: 'read', detail: 'read to ServerHelloDone' };

/** Reads the server's first messages, record by record and message by message (RFC 5246, sections 6.2 and 7.4). */
export class ServerMessages {
  requestsCertificate = false;
  authorities: readonly string[] = [];
  chain: readonly Certificate[] = [];
  /** `none` where the server chose no protocol; undefined before it has. */
  alpn: string | undefined;
  #received = 0;
  #records: Buffer = Buffer.alloc(0);
  #messages: Buffer = Buffer.alloc(0);

  /** Undefined while more bytes are needed. */
  take(bytes: Buffer): ReadingEnd | undefined {
    this.#received += bytes.length;
    if (this.#received > largestHandshake) {
      return { outcome: 'inconclusive', detail: 'too long' };
    }
    this.#records = Buffer.concat([this.#records, bytes]);
    try {
      return this.#readRecords();
    } catch (error: unknown) {
      // Reading past the end of a malformed message, or a certificate that does not parse.
      return { outcome: 'inconclusive', detail: `malformed: ${errorMessage(error)}` };
    }
  }

  /** All complete records, then their messages: a long message may come in records of one byte. */
  #readRecords(): ReadingEnd | undefined {
    const payloads: Buffer[] = [this.#messages];
    let end: ReadingEnd | undefined;
    let offset = 0;
    while (end === undefined && this.#records.length >= offset + 5) {
      const type = this.#records[offset];
      const length = this.#records.readUInt16BE(offset + 3);
      if (type !== record.alert && type !== record.handshake) {
        end = { outcome: 'not-tls', detail: 'no TLS record' };
      } else if (this.#records.length < offset + 5 + length) {
        break;
      } else {
        const payload = this.#records.subarray(offset + 5, offset + 5 + length);
        offset += 5 + length;
        if (type === record.alert) {
          this.alpn = payload[1] === noApplicationProtocol ? 'none' : this.alpn;
          end = { outcome: 'inconclusive', detail: `alert ${payload[1]}` };
        } else {
          payloads.push(payload);
        }
      }
    }
    this.#records = this.#records.subarray(offset);
    this.#messages = Buffer.concat(payloads);
    return this.#readMessages() ? done : end;
  }

  #readMessages(): boolean {
    while (this.#messages.length >= 4 && this.#messages.length >= 4 + this.#messages.readUIntBE(1, 3)) {
      const type = this.#messages[0];
      const body = this.#messages.subarray(4, 4 + this.#messages.readUIntBE(1, 3));
      this.#messages = this.#messages.subarray(4 + body.length);
      if (type === message.serverHello) {
        this.alpn = protocolIn(body) ?? 'none';
      } else if (type === message.certificate) {
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

/** The extensions follow version, random, session, cipher suite and compression method. */
function protocolIn(body: Buffer): string | undefined {
  const afterSession = 35 + body.readUInt8(34);
  const extensions = body.subarray(afterSession + 5);
  for (let offset = 0; offset < extensions.length; ) {
    const length = extensions.readUInt16BE(offset + 2);
    if (extensions.readUInt16BE(offset) === alpnExtension) {
      const [protocol] = vectors(extensions.subarray(offset + 6, offset + 4 + length), 1);
      return protocol?.toString('latin1');
    }
    offset += 4 + length;
  }
  return undefined;
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
