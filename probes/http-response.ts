import { NotThisProtocol } from './classify.js';
import { type HttpResponse, largestBody } from './http-exchange.js';

/** Bytes of all lines that are not body; undici's limit for a head, and Node's. */
const largestHead = 16 * 1024;

const token = "[!#$%&'*+.^_`|~\\w-]+";
const text = '[\\t\\x20-\\x7e\\x80-\\xff]*';
const statusLine = new RegExp(`^HTTP/1\\.[01] ([1-9]\\d\\d)(?: ${text})?$`);
const field = new RegExp(`^(${token}):[ \\t]*(${text})$`);
const chunkLine = new RegExp(
  `^([\\da-f]{1,13})(?:;${token}(?:=(?:${token}|"[^"\\\\\\x00-\\x08\\x0a-\\x1f\\x7f]*"))?)*$`,
  'i',
);

type Line = 'status' | 'field' | 'chunk size' | 'chunk end' | 'trailer';
type Body = 'sized' | 'chunk' | 'until close';

/**
 * Reads one HTTP/1.1 response from its bytes as they come (RFC 9112), as strictly as undici does: what a proxy and a
 * client could read in two ways is no response. Each byte is looked at once, and memory is bounded.
 */
export class HttpResponseReader {
  #state: Line | Body | 'done' = 'status';
  #line = '';
  #headBytes = 0;
  #status = 0;
  #contentLength: number | undefined;
  #codings: readonly string[] = [];
  /** Bytes of the body, or of its chunk, still to come. */
  #left = 0;
  readonly #kept: Buffer[] = [];
  #keptBytes = 0;
  readonly #largest: number;

  /** `largest`: bytes of the body that are kept. */
  constructor(largest = largestBody) {
    this.#largest = largest;
  }

  /** The response once it is whole, or as much of it as is kept. Throws NotThisProtocol. */
  push(bytes: Buffer): HttpResponse | undefined {
    for (let at = 0; at < bytes.length && this.#state !== 'done'; ) {
      at += isBody(this.#state) ? this.#takeBody(this.#state, bytes.subarray(at)) : this.#takeLine(bytes.subarray(at));
    }
    return this.#state === 'done' ? this.#response() : undefined;
  }

  /** The peer will send no more: undefined when it sent nothing. Throws NotThisProtocol for half a response. */
  end(): HttpResponse | undefined {
    if (this.#state === 'done' || this.#state === 'until close') {
      return this.#response();
    }
    if (this.#headBytes === 0) {
      return undefined;
    }
    throw new NotThisProtocol('HTTP', 'it was cut off');
  }

  #response(): HttpResponse {
    return { status: this.#status, text: Buffer.concat(this.#kept).subarray(0, this.#largest).toString('utf8') };
  }

  #takeBody(state: Body, bytes: Buffer): number {
    const taken = state === 'until close' ? bytes : bytes.subarray(0, this.#left);
    this.#left -= taken.length;
    this.#kept.push(taken);
    this.#keptBytes += taken.length;
    if (this.#keptBytes >= this.#largest || (state === 'sized' && this.#left === 0)) {
      this.#state = 'done';
    } else if (state === 'chunk' && this.#left === 0) {
      this.#state = 'chunk end';
    }
    return taken.length;
  }

  #takeLine(bytes: Buffer): number {
    const end = bytes.indexOf('\n');
    const taken = end === -1 ? bytes.length : end + 1;
    this.#headBytes += taken;
    if (this.#headBytes > largestHead) {
      throw new NotThisProtocol('HTTP', `its head is larger than ${largestHead / 1024} KiB`);
    }
    this.#line += bytes.toString('latin1', 0, taken);
    if (this.#state === 'status' && !this.#line.startsWith('HTTP/1.'.slice(0, this.#line.length))) {
      throw new NotThisProtocol('HTTP', 'it does not begin as one');
    }
    if (end !== -1) {
      if (!this.#line.endsWith('\r\n')) {
        throw new NotThisProtocol('HTTP', 'a line of it ends without a carriage return');
      }
      const line = this.#line.slice(0, -2);
      this.#line = '';
      this.#readLine(line);
    }
    return taken;
  }

  #readLine(line: string): void {
    switch (this.#state) {
      case 'status':
        this.#status = Number(matched(statusLine, line, 'status line')[1]);
        this.#state = 'field';
        break;
      case 'field':
        if (line === '') {
          this.#beginBody();
        } else {
          const [, name = '', value = ''] = matched(field, line, 'header');
          this.#readField(name.toLowerCase(), value.trim());
        }
        break;
      case 'chunk size':
        this.#left = Number.parseInt(matched(chunkLine, line, 'chunk size')[1] ?? '', 16);
        this.#state = this.#left === 0 ? 'trailer' : 'chunk';
        break;
      case 'chunk end':
        matched(/^$/, line, 'end of a chunk');
        this.#state = 'chunk size';
        break;
      case 'trailer':
        if (line === '') {
          this.#state = 'done';
        } else {
          matched(field, line, 'trailer');
        }
        break;
    }
  }

  #readField(name: string, value: string): void {
    if (name === 'content-length') {
      if (this.#contentLength !== undefined || !/^\d+$/.test(value)) {
        throw new NotThisProtocol('HTTP', 'its length is not one number');
      }
      this.#contentLength = Number(value);
    } else if (name === 'transfer-encoding') {
      this.#codings = [...this.#codings, ...value.toLowerCase().split(/[ \t]*,[ \t]*/)];
    }
  }

  #beginBody(): void {
    if (this.#contentLength !== undefined && this.#codings.length > 0) {
      throw new NotThisProtocol('HTTP', 'it has a length and a coding that has none');
    }
    if (this.#status === 101) {
      throw new NotThisProtocol('HTTP', 'it goes over to another protocol');
    }
    if (this.#status < 200) {
      // What comes before the response itself.
      this.#state = 'status';
      this.#contentLength = undefined;
      this.#codings = [];
    } else if (this.#status === 204 || this.#status === 304 || this.#contentLength === 0) {
      this.#state = 'done';
    } else if (this.#codings.at(-1) === 'chunked') {
      this.#state = 'chunk size';
    } else {
      this.#state = this.#contentLength === undefined ? 'until close' : 'sized';
      this.#left = this.#contentLength ?? 0;
    }
  }
}

function isBody(state: string): state is Body {
  return state === 'sized' || state === 'chunk' || state === 'until close';
}

function matched(pattern: RegExp, line: string, what: string): RegExpExecArray {
  const found = pattern.exec(line);
  if (found === null) {
    throw new NotThisProtocol('HTTP', `it has a bad ${what}`);
  }
  return found;
}
