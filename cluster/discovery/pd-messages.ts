import { shortened } from '../../credentials/shortened.js';
import { bytesOf, type Field, readFields, stringsOf, varintOf } from './protobuf.js';

export interface PdMember {
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
  /** `8.5.0`; empty for members that no longer run. */
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

/** A failed request to PD. The message is one line. */
export class PdError extends Error {
  override readonly name = 'PdError';
  readonly code:
    | 'pd_unreachable'
    | 'pd_rejected'
    | 'pd_not_trusted'
    | 'pd_hung_up'
    | 'pd_no_identity'
    | 'pd_not_leader'
    | 'pd_bad_answer';

  constructor(code: PdError['code'], message: string, cause?: unknown) {
    // It may quote what PD sent.
    super(shortened(message, longestMessage), cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

const longestMessage = 1_000;

/** PD keeps tombstones for ever. They are also filtered here, because older PDs ignore the field of the request. */
const tombstone = 2n;
const notBootstrapped = 2n;

/** Larger than every cluster. An answer with more entries is not from a PD, and each entry would be a port to probe. */
const mostEntries = 20_000;
/** Of the message that holds them. */
const mostFields = 30_000;

/** The answer to GetMembers. Throws RangeError when it is malformed or has too many entries. */
export function decodeMembers(bytes: Buffer): PdMembers {
  const fields = readFields(bytes, mostFields);
  const [header] = bytesOf(fields, 1);
  const members = bounded(bytesOf(fields, 2), 'members').map(memberOf);
  const [leader] = bytesOf(fields, 3).map(memberOf);
  return {
    clusterId: header === undefined ? 0n : varintOf(readFields(header), 1),
    members,
    leader: leader === undefined || leader.clientUrls.length === 0 ? undefined : leader,
  };
}

/** The answer to GetAllStores, without tombstones. Throws RangeError as above, and PdError when PD reports an error. */
export function decodeStores(bytes: Buffer): readonly PdStore[] {
  const fields = readFields(bytes, mostFields);
  throwErrorIn(fields);
  return bounded(bytesOf(fields, 2), 'stores')
    .map((one) => readFields(one))
    .filter((store) => varintOf(store, 3) !== tombstone)
    .map((store) => ({
      address: stringsOf(store, 2)[0] ?? '',
      statusAddress: stringsOf(store, 7)[0] ?? '',
      peerAddress: stringsOf(store, 6)[0] ?? '',
      version: stringsOf(store, 5)[0] ?? '',
      labels: new Map(
        bytesOf(store, 4)
          .map((one) => readFields(one))
          .map((label) => [stringsOf(label, 1)[0] ?? '', stringsOf(label, 2)[0] ?? '']),
      ),
    }));
}

/** The keys and values of a range. Throws RangeError as above. */
export function decodeRange(bytes: Buffer): ReadonlyMap<string, string> {
  return new Map(
    bounded(bytesOf(readFields(bytes, mostFields), 2), 'keys')
      .map((one) => readFields(one))
      .map((pair) => [stringsOf(pair, 1)[0] ?? '', stringsOf(pair, 5)[0] ?? '']),
  );
}

function bounded(entries: readonly Buffer[], what: string): readonly Buffer[] {
  if (entries.length > mostEntries) {
    throw new RangeError(`${entries.length} ${what}`);
  }
  return entries;
}

/** PD answers OK with an error in the header. A cluster that is not bootstrapped has no stores, which is no error. */
function throwErrorIn(fields: readonly Field[]): void {
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
