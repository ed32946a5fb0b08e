/** One field of a protobuf message: a varint, or bytes. */
export interface Field {
  readonly number: number;
  readonly value: bigint | Buffer;
}

/** Fields of one member, store or key, its labels included. */
const usualFields = 100;

/**
 * Reads the fields of a protobuf message; throws RangeError when it is truncated or malformed, or has more than `most`
 * fields: 64 MiB of empty ones would take seconds, in which nothing else runs.
 */
export function readFields(bytes: Buffer, most = usualFields): readonly Field[] {
  const fields: Field[] = [];
  let offset = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[offset++];
      if (byte === undefined) {
        throw new RangeError('protobuf message truncated');
      }
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        return BigInt.asUintN(64, value);
      }
    }
    throw new RangeError('protobuf varint longer than 64 bits');
  };
  const take = (length: number): Buffer => {
    if (length > bytes.length - offset) {
      throw new RangeError('protobuf message truncated');
    }
    offset += length;
    return bytes.subarray(offset - length, offset);
  };
  while (offset < bytes.length) {
    if (fields.length >= most) {
      throw new RangeError(`more than ${most} protobuf fields`);
    }
    const tag = varint();
    const number = Number(tag >> 3n);
    switch (Number(tag & 7n)) {
      case 0:
        fields.push({ number, value: varint() });
        break;
      case 1:
        fields.push({ number, value: take(8) });
        break;
      case 2:
        fields.push({ number, value: take(Number(varint())) });
        break;
      case 5:
        fields.push({ number, value: take(4) });
        break;
      default:
        throw new RangeError('unknown protobuf wire type');
    }
  }
  return fields;
}

/** The value of a varint field; 0 when it is absent, as protobuf defines it. */
export function varintOf(fields: readonly Field[], number: number): bigint {
  const value = fields.find((field) => field.number === number)?.value;
  return typeof value === 'bigint' ? value : 0n;
}

/** Each occurrence of a repeated field of bytes, strings or messages. */
export function bytesOf(fields: readonly Field[], number: number): readonly Buffer[] {
  return fields.flatMap((field) => (field.number === number && Buffer.isBuffer(field.value) ? [field.value] : []));
}

export function stringsOf(fields: readonly Field[], number: number): readonly string[] {
  return bytesOf(fields, number).map((value) => value.toString('utf8'));
}

export function varintField(number: number, value: bigint): Buffer {
  return Buffer.from([number << 3, ...varintBytes(value)]);
}

export function bytesField(number: number, value: Buffer | string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varintBytes(BigInt(bytes.length))]), bytes]);
}

function varintBytes(value: bigint): readonly number[] {
  return value < 128n ? [Number(value)] : [Number(value & 127n) | 128, ...varintBytes(value >> 7n)];
}
