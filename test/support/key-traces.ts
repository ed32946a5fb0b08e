import { createPrivateKey, createPublicKey } from 'node:crypto';

/** A key file as its owner wrote it. */
export interface GivenKey {
  readonly name: string;
  readonly pem: string;
  readonly passphrase?: string;
}

/** So many bytes of a secret in a row are no coincidence. */
const windowLength = 12;
const secretParts = ['d', 'p', 'q', 'dp', 'dq', 'qi'] as const;

/**
 * Finds keys in outputs: any 12 bytes in a row of a private number (not of what the certificate shows, too), as raw
 * bytes, base64 and base64url in any alignment and broken into lines, hex with or without separators, lists of decimal
 * bytes, or one decimal number; and any line of a PEM body.
 */
export class KeyTraces {
  readonly #windows = new Map<string, string>();
  readonly #beginnings = new Set<number>();
  readonly #texts = new Map<string, string>();

  constructor(keys: readonly GivenKey[]) {
    for (const { name, pem, passphrase } of keys) {
      const key = createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
      const shown = createPublicKey(key).export({ format: 'der', type: 'spki' });
      const lines = pem.split('\n').filter((line) => line.length >= 40 && !line.startsWith('-----'));
      // Some lines hold nothing but the modulus, which the certificate shows, too.
      for (const line of lines.filter((one) => !shown.includes(Buffer.from(one, 'base64')))) {
        this.#texts.set(line, `${name}, a line of the file`);
      }
      const jwk = key.export({ format: 'jwk' });
      for (const part of secretParts) {
        const secret = jwk[part];
        if (typeof secret === 'string') {
          this.#add(Buffer.from(secret, 'base64url'), `${name}, ${part}`);
        }
      }
    }
  }

  /** What was found, in words; empty when nothing was. */
  find(output: string | Buffer): readonly string[] {
    const bytes = typeof output === 'string' ? Buffer.from(output, 'utf8') : output;
    const text = bytes.toString('latin1');
    const found = new Set<string>();
    for (const [needle, name] of this.#texts) {
      if (text.includes(needle)) {
        found.add(name);
      }
    }
    if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
      found.add('the beginning of a key file');
    }
    for (const [how, view] of viewsOf(bytes, text)) {
      const name = this.#search(view);
      if (name !== undefined) {
        found.add(`${name} (${how})`);
      }
    }
    return [...found];
  }

  #add(secret: Buffer, name: string): void {
    this.#texts.set(BigInt(`0x${secret.toString('hex')}`).toString(), `${name} (decimal)`);
    for (let at = 0; at + windowLength <= secret.length; at++) {
      const window = secret.subarray(at, at + windowLength);
      this.#windows.set(window.toString('latin1'), name);
      this.#beginnings.add(window.readUInt32BE());
    }
  }

  #search(bytes: Buffer): string | undefined {
    for (let at = 0; at + windowLength <= bytes.length; at++) {
      if (this.#beginnings.has(bytes.readUInt32BE(at))) {
        const name = this.#windows.get(bytes.toString('latin1', at, at + windowLength));
        if (name !== undefined) {
          return name;
        }
      }
    }
    return undefined;
  }
}

/** Every way to read an output as bytes. */
function* viewsOf(bytes: Buffer, text: string): Generator<readonly [string, Buffer]> {
  yield ['raw', bytes];
  const joined = text.replace(/\\r|\\n|\s|["'+,]/g, '');
  for (const [how, haystack] of [
    ['base64', text],
    ['base64 in lines', joined],
  ] as const) {
    for (const [run] of haystack.matchAll(/[A-Za-z0-9+/_-]{16,}/g)) {
      for (let alignment = 0; alignment < 4; alignment++) {
        yield [how, Buffer.from(run.slice(alignment), 'base64')];
      }
    }
  }
  const digits = text.replace(/\\x|0x|\\u00|%|[\s:,"']/gi, '');
  for (const [run] of digits.matchAll(/[0-9a-f]{24,}/gi)) {
    yield ['hex', Buffer.from(run, 'hex')];
    yield ['hex', Buffer.from(run.slice(1), 'hex')];
  }
  for (const [run] of text.matchAll(/\d{1,3}(?:[,\s]+\d{1,3}){11,}/g)) {
    yield ['decimal bytes', Buffer.from(run.split(/[,\s]+/).map(Number))];
  }
}
