import { isIP } from 'node:net';
import { checkServerIdentity, type SecureContext } from 'node:tls';
import { ChannelCredentials, Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { type Address, parseAddress } from '../address.js';
import { bytesField, bytesOf, type Field, readFields, stringsOf, varintField, varintOf } from '../protobuf.js';

export interface PdMember {
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
  /** `8.5.0`; empty in members that run no more. */
  readonly version: string;
}

export interface PdMembers {
  readonly clusterId: bigint;
  readonly members: readonly PdMember[];
  readonly leader: PdMember | undefined;
}

export interface PdStore {
  readonly address: string;
  readonly statusAddress: string;
  readonly peerAddress: string;
  readonly version: string;
  readonly labels: ReadonlyMap<string, string>;
}

export interface PdClientOptions {
  /** Undefined only for http URLs. */
  readonly secureContext: SecureContext | undefined;
  /** Milliseconds for one question. */
  readonly timeout: number;
}

/** What PD did not answer, in a line. */
export class PdError extends Error {
  override readonly name = 'PdError';
  readonly code: 'pd_unreachable' | 'pd_refused' | 'pd_not_leader' | 'pd_bad_answer';

  constructor(code: PdError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

const options = {
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_retries': 0,
  'grpc.enable_channelz': 0,
  'grpc.enable_http_proxy': 0,
  'grpc.max_receive_message_length': 64 << 20,
};

/** Tombstones stay in PD's list for ever; they are filtered here too, since older PDs do not know the request's field. */
const tombstone = 2n;
const notBootstrapped = 2n;

/** Reads from one PD member over gRPC; sends nothing that writes. Sources: pdpb.proto, metapb.proto, etcd's rpc.proto. */
export class PdClient {
  readonly url: string;
  readonly #client: Client;
  readonly #timeout: number;

  /** Throws PdError for a URL that is none, or an https one without an identity. */
  constructor(url: string, { secureContext, timeout }: PdClientOptions) {
    const address = parseAddress(url);
    if (address === undefined) {
      throw new PdError('pd_bad_answer', `"${url}" is no URL of a PD, as https://10.0.1.1:2379`);
    }
    if (url.startsWith('https://') && secureContext === undefined) {
      throw new PdError('pd_unreachable', 'https needs the identity of the agent: ca-path, cert-path and key-path');
    }
    this.url = url;
    this.#timeout = timeout;
    this.#client = new Client(targetOf(address), credentialsFor(url, address, secureContext), {
      ...options,
      // An IP address is no server name (RFC 6066); the certificate is compared with the address all the same.
      ...(isIP(address.host) === 0 ? {} : { 'grpc.ssl_target_name_override': 'pd' }),
    });
  }

  /** Any member answers, also without a leader. */
  async members(): Promise<PdMembers> {
    const fields = await this.#ask('/pdpb.PD/GetMembers', Buffer.alloc(0));
    const [header] = bytesOf(fields, 1);
    const members = bytesOf(fields, 2).map(memberOf);
    const [leader] = bytesOf(fields, 3).map(memberOf);
    return {
      clusterId: header === undefined ? 0n : varintOf(readFields(header), 1),
      members,
      leader: leader === undefined || leader.clientUrls.length === 0 ? undefined : leader,
    };
  }

  /** TiKV and TiFlash, without tombstones. Only the leader answers; others throw `pd_not_leader`. */
  async stores(clusterId: bigint): Promise<readonly PdStore[]> {
    const request = Buffer.concat([bytesField(1, varintField(1, clusterId)), varintField(2, 1n)]);
    const fields = await this.#ask('/pdpb.PD/GetAllStores', request);
    refuseErrorIn(fields);
    return bytesOf(fields, 2)
      .map(readFields)
      .filter((store) => varintOf(store, 3) !== tombstone)
      .map((store) => ({
        address: stringsOf(store, 2)[0] ?? '',
        statusAddress: stringsOf(store, 7)[0] ?? '',
        peerAddress: stringsOf(store, 6)[0] ?? '',
        version: stringsOf(store, 5)[0] ?? '',
        labels: new Map(
          bytesOf(store, 4)
            .map(readFields)
            .map((label) => [stringsOf(label, 1)[0] ?? '', stringsOf(label, 2)[0] ?? '']),
        ),
      }));
  }

  /** Keys that begin so, from this member's own memory: a leaderless or lagging PD answers too. */
  async range(prefix: string): Promise<ReadonlyMap<string, string>> {
    const from = Buffer.from(prefix);
    const to = Buffer.from(from);
    to[to.length - 1] = (to.at(-1) ?? 0) + 1;
    const serializable = varintField(7, 1n);
    const fields = await this.#ask(
      '/etcdserverpb.KV/Range',
      Buffer.concat([bytesField(1, from), bytesField(2, to), serializable]),
    );
    return new Map(
      bytesOf(fields, 2)
        .map(readFields)
        .map((pair) => [stringsOf(pair, 1)[0] ?? '', stringsOf(pair, 5)[0] ?? '']),
    );
  }

  close(): void {
    this.#client.close();
  }

  async #ask(method: string, request: Buffer) {
    const asIs = (value: Buffer) => value;
    const deadline = Date.now() + this.#timeout;
    const answer = await new Promise<Buffer>((resolve, reject) => {
      this.#client.makeUnaryRequest(method, asIs, asIs, request, { deadline }, (error, value) =>
        error === null ? resolve(value ?? Buffer.alloc(0)) : reject(pdErrorOf(error)),
      );
    });
    try {
      return readFields(answer);
    } catch (error: unknown) {
      throw new PdError('pd_bad_answer', `its answer to ${method} is no protobuf message`, error);
    }
  }
}

/** PD answers OK with an error in the header; a cluster that is not bootstrapped has no stores, which is no error. */
function refuseErrorIn(fields: readonly Field[]): void {
  const [header] = bytesOf(fields, 1);
  const [error] = header === undefined ? [] : bytesOf(readFields(header), 2);
  const inError = error === undefined ? [] : readFields(error);
  const type = varintOf(inError, 1);
  if (type !== 0n && type !== notBootstrapped) {
    throw new PdError('pd_bad_answer', stringsOf(inError, 2)[0] ?? `PD error ${type}`);
  }
}

function memberOf(bytes: Buffer): PdMember {
  const fields = readFields(bytes);
  return {
    name: stringsOf(fields, 1)[0] ?? '',
    peerUrls: stringsOf(fields, 3),
    clientUrls: stringsOf(fields, 4),
    version: stringsOf(fields, 7)[0] ?? '',
  };
}

function pdErrorOf(error: ServiceError): PdError {
  const { code, details } = error;
  if (/not leader/i.test(details)) {
    return new PdError('pd_not_leader', 'it does not lead', error);
  }
  const refused = code === status.UNAUTHENTICATED || code === status.PERMISSION_DENIED || /alert/i.test(details);
  const [line = ''] = details.replace(/^No connection established\. Last error: (Error: )?/, '').split('\n');
  return new PdError(
    refused ? 'pd_refused' : 'pd_unreachable',
    line.replace(/\. Resolution note: .*$/, '') || (status[code] ?? String(code)),
    error,
  );
}

function credentialsFor(url: string, { host }: Address, secureContext: SecureContext | undefined): ChannelCredentials {
  return url.startsWith('https://') && secureContext !== undefined
    ? ChannelCredentials.createFromSecureContext(secureContext, {
        checkServerIdentity: (_name, certificate) => checkServerIdentity(host, certificate),
      })
    : credentials.createInsecure();
}

function targetOf({ host, port }: Address): string {
  const scheme = { 4: 'ipv4:', 6: 'ipv6:' }[isIP(host)] ?? 'dns:';
  return `${scheme}${host.includes(':') ? `[${host}]` : host}:${port}`;
}
