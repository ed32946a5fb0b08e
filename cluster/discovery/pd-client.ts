import { isIP } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { SecureContext } from 'node:tls';
import { ChannelCredentials, Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { errorMessage } from '../../credentials/error-text.js';
import { certificateOf } from '../../credentials/known-certificates.js';
import { type Address, parseAddress } from '../inventory/address.js';
import { decodeMembers, decodeRange, decodeStores, PdError, type PdMembers, type PdStore } from './pd-messages.js';
import { bytesField, varintField } from './protobuf.js';

export interface PdClientOptions {
  /** Undefined only for http URLs. */
  readonly secureContext: SecureContext | undefined;
  /** Milliseconds for one request. */
  readonly timeout: number;
}

const options = {
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_retries': 0,
  'grpc.enable_channelz': 0,
  'grpc.enable_http_proxy': 0,
  'grpc.max_receive_message_length': 64 << 20,
};

/** Reads from one PD member over gRPC; never writes. Sources: pdpb.proto, metapb.proto, etcd's rpc.proto. */
export class PdClient {
  readonly url: string;
  readonly #client: Client;
  readonly #timeout: number;

  /** Throws PdError for an invalid URL, or for an https URL without a secure context. */
  constructor(url: string, { secureContext, timeout }: PdClientOptions) {
    const address = parseAddress(url);
    if (address === undefined) {
      throw new PdError('pd_bad_answer', `"${url}" is not a URL like https://10.0.1.1:2379`);
    }
    if (url.startsWith('https://') && secureContext === undefined) {
      throw new PdError('pd_no_identity', 'https needs the credentials of the agent: ca-path, cert-path and key-path');
    }
    this.url = url;
    this.#timeout = timeout;
    this.#client = new Client(targetOf(address), credentialsFor(url, address, secureContext), {
      ...options,
      // An IP address is no server name (RFC 6066). The certificate is compared with the address nevertheless.
      ...(isIP(address.host) === 0 ? {} : { 'grpc.ssl_target_name_override': 'pd' }),
    });
  }

  /** Every member answers, also without a leader. */
  async members(): Promise<PdMembers> {
    return await this.#ask('/pdpb.PD/GetMembers', Buffer.alloc(0), decodeMembers);
  }

  /** TiKV and TiFlash, without tombstones. Only the leader answers; others throw `pd_not_leader`. */
  async stores(clusterId: bigint): Promise<readonly PdStore[]> {
    const request = Buffer.concat([bytesField(1, varintField(1, clusterId)), varintField(2, 1n)]);
    return await this.#ask('/pdpb.PD/GetAllStores', request, decodeStores);
  }

  /** The keys with this prefix, from the memory of this member: a PD without a leader answers too. */
  async range(prefix: string): Promise<ReadonlyMap<string, string>> {
    const from = Buffer.from(prefix);
    const to = Buffer.from(from);
    to[to.length - 1] = (to.at(-1) ?? 0) + 1;
    const serializable = varintField(7, 1n);
    return await this.#ask(
      '/etcdserverpb.KV/Range',
      Buffer.concat([bytesField(1, from), bytesField(2, to), serializable]),
      decodeRange,
    );
  }

  /** Resolves once the connection is being closed, so that the next one comes after it. */
  async close(): Promise<void> {
    // This may run inside a callback of nghttp2, which must not be closed while it reads.
    await turn();
    this.#client.close();
    await turn();
  }

  async #ask<T>(method: string, request: Buffer, decode: (answer: Buffer) => T): Promise<T> {
    const asIs = (value: Buffer) => value;
    const deadline = Date.now() + this.#timeout;
    const answer = await new Promise<Buffer>((resolve, reject) => {
      this.#client.makeUnaryRequest(method, asIs, asIs, request, { deadline }, (error, value) =>
        error === null ? resolve(value ?? Buffer.alloc(0)) : reject(pdErrorOf(error)),
      );
    });
    try {
      return decode(answer);
    } catch (error: unknown) {
      if (error instanceof RangeError) {
        throw new PdError(
          'pd_bad_answer',
          `its answer to ${method} is not a protobuf message of PD: ${error.message}`,
          error,
        );
      }
      throw error;
    }
  }
}

function pdErrorOf(error: ServiceError): PdError {
  const { code, details } = error;
  if (/not leader/i.test(details)) {
    return new PdError('pd_not_leader', 'it is not the leader', error);
  }
  const [line = ''] = details.replace(/^No connection established\. Last error: (Error: )?/, '').split('\n');
  const message = line.replace(/\. Resolution note: .*$/, '') || (status[code] ?? String(code));
  if (code === status.UNAUTHENTICATED || code === status.PERMISSION_DENIED || /alert/i.test(details)) {
    return new PdError('pd_rejected', message, error);
  }
  if (/certificate/i.test(message)) {
    return new PdError('pd_not_trusted', message, error);
  }
  // grpc-js does not report why the server closed the connection, and its message contains the time.
  return /^Failed to connect/.test(message)
    ? new PdError('pd_hung_up', 'the connection was closed before an answer', error)
    : new PdError('pd_unreachable', message, error);
}

function credentialsFor(url: string, { host }: Address, secureContext: SecureContext | undefined): ChannelCredentials {
  return url.startsWith('https://') && secureContext !== undefined
    ? ChannelCredentials.createFromSecureContext(secureContext, {
        checkServerIdentity: (_name, { raw }) => identityProblem(host, raw),
      })
    : credentials.createInsecure();
}

/** Never throws: it is called by an event of the socket. */
function identityProblem(host: string, der: Buffer): Error | undefined {
  try {
    return certificateOf(der).coversHost(host) ? undefined : new Error(`the certificate's SANs do not cover ${host}`);
  } catch (error: unknown) {
    return new Error(`the certificate cannot be read: ${errorMessage(error)}`, { cause: error });
  }
}

function targetOf({ host, port }: Address): string {
  const scheme = { 4: 'ipv4:', 6: 'ipv6:' }[isIP(host)] ?? 'dns:';
  return `${scheme}${host.includes(':') ? `[${host}]` : host}:${port}`;
}
