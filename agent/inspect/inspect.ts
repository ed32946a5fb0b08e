import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { parseAddress } from '../../cluster/inventory/address.js';
import type { Certificate } from '../../credentials/certificate.js';
import type { KeyPair } from '../../credentials/key-pair.js';
import { readTrustBundle } from '../../credentials/trust-bundle.js';
import type { Contents, Unread } from './contents.js';
import { correlate, type Inspection, trustAnchorsOf } from './correlation.js';
import { readPath, readStream } from './inputs.js';
import { type Port, readPort } from './port.js';

export interface InspectOptions {
  readonly stdin: Readable;
  /** A file with the trusted CAs, instead of the CAs found. */
  readonly cacert: string | undefined;
  /** Client certificate and key for ports that request one. */
  readonly pair: KeyPair | undefined;
  readonly password: string | undefined;
  readonly timeout: number;
  readonly signal: AbortSignal;
}

export interface InspectResult {
  readonly inspection: Inspection;
  readonly ports: readonly Port[];
  readonly unread: readonly Unread[];
}

/**
 * Operands are files, folders, `-` for standard input, and ports as `host:port`; a file of such a name has priority. Throws
 * CredentialError for an unusable `cacert`.
 */
export async function inspect(operands: readonly string[], options: InspectOptions): Promise<InspectResult> {
  const all: Contents[] = [];
  const ports: Port[] = [];
  const addresses = operands.filter((one) => one !== '-' && !existsSync(one) && parseAddress(one) !== undefined);
  for (const operand of operands.filter((one) => !addresses.includes(one))) {
    all.push(
      ...(operand === '-'
        ? [await readStream(options.stdin, options.password, options.signal)]
        : await readPath(operand, options.password)),
    );
  }
  const { cacert } = options;
  if (cacert !== undefined && !operands.includes(cacert)) {
    all.push(...(await readPath(cacert, undefined)));
  }
  const anchors = cacert === undefined ? trustAnchorsOf(all) : readTrustBundle(cacert).certificates;
  for (const address of addresses.flatMap((one) => parseAddress(one) ?? [])) {
    const { contents, port } = await readPort(address, { ...options, bundle: bundleOf(anchors) });
    all.push(contents);
    ports.push(...(port === undefined ? [] : [port]));
  }
  return { inspection: await correlate(all, anchors), ports, unread: all.flatMap((one) => one.unread) };
}

function bundleOf(anchors: readonly Certificate[]): string | undefined {
  return anchors.length === 0 ? undefined : anchors.map(({ pem }) => pem).join('');
}
