import type { GrpcProbeMethod } from '../cluster/components/profile.js';
import { bytesOf, readFields, stringsOf, varintOf } from '../cluster/discovery/protobuf.js';
import type { GrpcAnswer, PdMember } from './observation.js';

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
      case '/tikvpb.Tikv/IsAlive':
        return { kind: 'alive', available: varintOf(readFields(bytes), 1) === 1n };
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
  return {
    name: stringsOf(fields, 1)[0] ?? '',
    memberId: String(varintOf(fields, 2)),
    peerUrls: stringsOf(fields, 3),
    clientUrls: stringsOf(fields, 4),
  };
}
