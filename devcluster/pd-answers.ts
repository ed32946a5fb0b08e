import { bytesField, bytesOf, readFields, varintField, varintOf } from '../cluster/discovery/protobuf.js';
import type { GrpcReply } from './port-handlers.js';
import { clusterId, type RegisteredPd, type RegisteredStore, type Registry } from './registry.js';

/** PD's HTTP answers, by path. The first member is the leader. */
export function pdPaths({ members, stores }: Registry): Readonly<Record<string, string>> {
  const json = ({ name, memberId, peerUrl, clientUrl }: RegisteredPd) =>
    `{"name":"${name}","member_id":${memberId},"peer_urls":["${peerUrl}"],"client_urls":["${clientUrl}"]}`;
  const health = ({ name, memberId, clientUrl }: RegisteredPd) =>
    `{"name":"${name}","member_id":${memberId},"client_urls":["${clientUrl}"],"health":true}`;
  const [leader] = members;
  const led = leader === undefined ? 'null' : json(leader);
  return {
    '/health': '{"health":"true","reason":""}',
    '/version': '{"etcdserver":"3.5.15","etcdcluster":"3.5.0"}',
    '/pd/api/v1/members': `{"header":{"cluster_id":${clusterId}},"members":[${members.map(json)}],"leader":${led},"etcd_leader":${led}}`,
    '/pd/api/v1/stores': JSON.stringify({
      count: stores.length,
      stores: stores.map(({ id, address }) => ({ store: { id: Number(id), address, state_name: 'Up' } })),
    }),
    '/pd/api/v1/health': `[${members.map(health)}]`,
  };
}

/** PD's gRPC answers. `isLeader` refers to the member that is called. */
export function pdReply(registry: Registry, isLeader: boolean, method: string, request: Buffer): GrpcReply {
  switch (method) {
    case '/grpc.health.v1.Health/Check':
      return varintField(1, 1n);
    case '/pdpb.PD/GetMembers':
      return members(registry);
    case '/pdpb.PD/GetAllStores':
      return stores(registry, isLeader, request);
    case '/etcdserverpb.KV/Range':
      return range(registry, request);
    default:
      return undefined;
  }
}

const header = bytesField(1, varintField(1, clusterId));

function members({ members }: Registry): Buffer {
  const encoded = members.map(({ name, memberId, peerUrl, clientUrl }) =>
    Buffer.concat([bytesField(1, name), varintField(2, memberId), bytesField(3, peerUrl), bytesField(4, clientUrl)]),
  );
  const [leader] = encoded;
  const led = leader === undefined ? [] : [bytesField(3, leader), bytesField(4, leader)];
  return Buffer.concat([header, ...encoded.map((member) => bytesField(2, member)), ...led]);
}

function stores({ stores }: Registry, isLeader: boolean, request: Buffer): GrpcReply {
  const [asked] = bytesOf(readFields(request), 1);
  if (!isLeader) {
    return { status: 14, message: 'not leader' };
  }
  if (asked === undefined || varintOf(readFields(asked), 1) !== clusterId) {
    return { status: 9, message: 'mismatch cluster id' };
  }
  return Buffer.concat([header, ...stores.map((store) => bytesField(2, storeMessage(store)))]);
}

function storeMessage({ id, address, peerAddress, statusAddress, labels }: RegisteredStore): Buffer {
  return Buffer.concat([
    varintField(1, id),
    bytesField(2, address),
    ...Object.entries(labels).map(([key, value]) =>
      bytesField(4, Buffer.concat([bytesField(1, key), bytesField(2, value)])),
    ),
    bytesField(5, '8.5.0'),
    bytesField(6, peerAddress),
    bytesField(7, statusAddress),
  ]);
}

function range({ keys }: Registry, request: Buffer): Buffer {
  const fields = readFields(request);
  const from = bytesOf(fields, 1)[0] ?? Buffer.alloc(0);
  const to = bytesOf(fields, 2)[0];
  const found = [...keys].filter(([key]) => {
    const bytes = Buffer.from(key);
    return to === undefined ? bytes.equals(from) : bytes.compare(from) >= 0 && bytes.compare(to) < 0;
  });
  const pairs = found
    .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map(([key, value]) => bytesField(2, Buffer.concat([bytesField(1, key), bytesField(5, value)])));
  return Buffer.concat([header, ...pairs, varintField(4, BigInt(pairs.length))]);
}
