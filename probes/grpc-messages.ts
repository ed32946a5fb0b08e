import type { GrpcProbeMethod } from '../cluster/profile.js';
import type { GrpcAnswer, PdMember } from './observation.js';

/** One field of a protobuf message: a varint, or bytes. */
interface Field {
  readonly number: number;
  readonly value: bigint | Buffer;
}

/** Reads the fields of a protobuf message; throws RangeError on one that is cut short or malformed. */
export function readFields(bytes: Buffer): readonly Field[] {
  const fields: Field[] = [];
  let offset = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[offset++];
      if (byte === undefined) {
        throw new RangeError('protobuf message cut short');
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
      throw new RangeError('protobuf message cut short');
    }
    offset += length;
    return bytes.subarray(offset - length, offset);
  };
  while (offset < bytes.length) {
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
        throw new RangeError('protobuf wire type not known');
    }
  }
  return fields;
}

/** Decodes the answer of a probe method; undefined when it is not what the method should answer. */
export function decodeAnswer(method: GrpcProbeMethod, bytes: Buffer): GrpcAnswer | undefined {
  try {
    switch (method) {
      case '/grpc.health.v1.Health/Check':
        return { kind: 'health', servingStatus: Number(varintOf(readFields(bytes), 1)) };
      case '/debugpb.Debug/GetClusterInfo':
        return { kind: 'cluster', clusterId: String(varintOf(readFields(bytes), 1)) };
      case '/pdpb.PD/GetMembers':
        return decodeMembers(bytes);
    }
  } catch (error: unknown) {
    if (error instanceof RangeError) {
      return undefined;
    }
    throw error;
  }
}

function decodeMembers(bytes: Buffer): GrpcAnswer {
  const fields = readFields(bytes);
  const header = bytesOf(fields, 1)[0];
  return {
    kind: 'members',
    clusterId: String(header === undefined ? 0n : varintOf(readFields(header), 1)),
    members: bytesOf(fields, 2).map(decodeMember),
    leader: bytesOf(fields, 3).map(decodeMember)[0]?.name,
  };
}

function decodeMember(bytes: Buffer): PdMember {
  const fields = readFields(bytes);
  const strings = (number: number) => bytesOf(fields, number).map((value) => value.toString('utf8'));
  return {
    name: strings(1)[0] ?? '',
    memberId: String(varintOf(fields, 2)),
    peerUrls: strings(3),
    clientUrls: strings(4),
  };
}

function varintOf(fields: readonly Field[], number: number): bigint {
  const value = fields.find((field) => field.number === number)?.value;
  return typeof value === 'bigint' ? value : 0n;
}

function bytesOf(fields: readonly Field[], number: number): readonly Buffer[] {
  return fields.flatMap((field) => (field.number === number && Buffer.isBuffer(field.value) ? [field.value] : []));
}
