import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

export interface RegularFile {
  readonly bytes: Buffer;
  /** Of the very file that was read, whatever the path leads to by now. */
  readonly stat: BigIntStats;
}

/** A path that leads to no regular file, or a file that is longer than its limit; the message completes `the file …`. */
export class UnsuitableFile extends Error {
  override readonly name = 'UnsuitableFile';
  readonly code: 'not_a_file' | 'too_large';

  constructor(code: UnsuitableFile['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** Read at once where the system does not say how long a file is, as in /proc. */
const chunk = 1 << 16;

/**
 * Reads a file that others may replace at any moment: what is opened is what is checked. A FIFO does not block it, and a
 * file that is longer than its size says, as those of /proc, is read no further than one chunk beyond `limit`. Throws
 * UnsuitableFile, or the error of the system.
 */
export function readRegularFile(path: string, limit: number): RegularFile {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(descriptor, { bigint: true });
    if (!stat.isFile()) {
      throw new UnsuitableFile('not_a_file', 'is not a regular file');
    }
    if (stat.size > limit) {
      throw new UnsuitableFile('too_large', `is ${stat.size} bytes long`);
    }
    const bytes = readToEnd(descriptor, Number(stat.size), limit);
    if (bytes.length > limit) {
      throw new UnsuitableFile('too_large', `is longer than ${limit} bytes`);
    }
    return { bytes, stat };
  } finally {
    closeSync(descriptor);
  }
}

/** At most one byte more than the limit, or one chunk where `size` says nothing. */
function readToEnd(descriptor: number, size: number, limit: number): Buffer {
  const chunks: Buffer[] = [];
  let length = 0;
  for (let expected = size === 0 ? chunk : size + 1; length <= limit; expected = chunk) {
    // The length that a read of /proc may have is given: a chunk always is.
    const buffer = Buffer.alloc(size === 0 ? chunk : Math.min(expected, limit + 1 - length));
    const read = readSync(descriptor, buffer, 0, buffer.length, null);
    chunks.push(buffer.subarray(0, read));
    length += read;
    if (read === 0 || (size > 0 && read < buffer.length)) {
      break;
    }
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}
