import { microserviceNames } from '../cluster/components/microservices.js';
import type { EndpointName } from '../cluster/components/profile.js';
import type { Member } from './members.js';

/** Larger than 2^53, as real ids are, so that a reader that parses doubles is detected. */
export const clusterId = 7_711_946_276_361_020_377n;
const firstMemberId = 13_991_737_432_426_069_644n;

export interface RegisteredPd {
  readonly name: string;
  readonly memberId: bigint;
  readonly clientUrl: string;
  readonly peerUrl: string;
}

export interface RegisteredStore {
  readonly id: bigint;
  readonly address: string;
  readonly peerAddress: string;
  readonly statusAddress: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The state of the dev cluster's PD: members, stores, and the keys that components write. */
export interface Registry {
  readonly members: readonly RegisteredPd[];
  readonly stores: readonly RegisteredStore[];
  readonly keys: ReadonlyMap<string, string>;
}

const version = '8.5.0';

export function registryOf(
  members: readonly Member[],
  addressOf: (member: Member, endpoint: EndpointName) => string,
): Registry {
  const of = (component: string) => members.filter((member) => member.component === component);
  const stores = [...of('tikv'), ...of('tiflash')].map((member, index): RegisteredStore => {
    const tiflash = member.component === 'tiflash';
    const address = addressOf(member, 'grpc');
    return {
      id: BigInt(index + 1),
      address,
      peerAddress: tiflash ? addressOf(member, 'proxy') : address,
      statusAddress: addressOf(member, 'status'),
      labels: tiflash ? { engine: 'tiflash' } : {},
    };
  });
  return {
    members: of('pd').map((member, index) => ({
      name: member.name,
      memberId: firstMemberId + BigInt(index),
      clientUrl: `https://${addressOf(member, 'client')}`,
      peerUrl: `https://${addressOf(member, 'peer')}`,
    })),
    stores,
    keys: new Map([
      ...of('tidb').flatMap((member) => tidbKeys(addressOf(member, 'status'))),
      ...of('tiproxy').flatMap((member) => tiproxyKeys(addressOf(member, 'api'))),
      ...of('ticdc').map((member, index) => captureKey(addressOf(member, 'api'), index)),
      ...microserviceNames.flatMap((service) =>
        of(service).map((member) => serviceKey(service, addressOf(member, 'service'))),
      ),
    ]),
  };
}

type Entries = readonly (readonly [string, string])[];

function tidbKeys(status: string): Entries {
  const [ip = '', port] = status.split(':');
  const info = { version: `8.0.11-TiDB-v${version}`, git_hash: 'None', ip, status_port: Number(port), labels: {} };
  // Every TiDB of the dev cluster has the same host and no SQL port, so the key is derived from the status port.
  return liveKeys(`/topology/tidb/${ip}:${Number(port) - 6080}`, info);
}

function tiproxyKeys(api: string): Entries {
  const [ip = '', port = ''] = api.split(':');
  return liveKeys(`/topology/tiproxy/${api}`, { version, ip, port: '6000', status_port: port });
}

/** The registration, and the key whose lease its owner renews. */
function liveKeys(key: string, info: unknown): Entries {
  return [
    [`${key}/info`, JSON.stringify(info)],
    [`${key}/ttl`, String(BigInt(Date.now()) * 1_000_000n)],
  ];
}

function captureKey(address: string, index: number): readonly [string, string] {
  const id = `a8d4f2f0-0000-4000-8000-00000000000${index}`;
  return [`/tidb/cdc/default/__cdc_meta__/capture/${id}`, JSON.stringify({ id, address, version: `v${version}` })];
}

function serviceKey(service: string, address: string): readonly [string, string] {
  const name = service.replaceAll('-', '_');
  const url = `https://${address}`;
  return [`/ms/${clusterId}/${name}/registry/${url}`, JSON.stringify({ name: address, 'service-addr': url, version })];
}
