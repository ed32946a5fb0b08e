import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { parseAddress } from '../../cluster/inventory/address.js';
import type { Certificate } from '../../credentials/certificate.js';
import type { KeyPair } from '../../credentials/key-pair.js';
import { readTrustBundle } from '../../credentials/trust-bundle.js';
import type { Contents, Unread } from './contents.js';
import { readPlace, readStream } from './places.js';
import { type Port, readPort } from './port.js';
import { anchorsOf, type Inspection, relate } from './relations.js';

export interface InspectOptions {
  readonly stdin: Readable;
  /** A file to judge by, instead of the authorities that are found. */
  readonly cacert: string | undefined;
  /** What is shown to ports that ask. */
  readonly pair: KeyPair | undefined;
  readonly password: string | undefined;
  readonly timeout: number;
  readonly signal: AbortSignal;
}

export interface Inspected {
  readonly inspection: Inspection;
  readonly ports: readonly Port[];
  readonly unread: readonly Unread[];
}

/** Files, folders, `-` for standard input, and ports by `host:port`; an existing file beats an address. Throws CredentialError for a bad `cacert`. */
export async function inspect(operands: readonly string[], options: InspectOptions): Promise<Inspected> {
  const all: Contents[] = [];
  const ports: Port[] = [];
  const addresses = operands.filter((one) => one !== '-' && !existsSync(one) && parseAddress(one) !== undefined);
  for (const operand of operands.filter((one) => !addresses.includes(one))) {
    all.push(
      ...(operand === '-'
        ? [await readStream(options.stdin, options.password, options.signal)]
        : await readPlace(operand, options.password)),
    );
  }
  const { cacert } = options;
  if (cacert !== undefined && !operands.includes(cacert)) {
    all.push(...(await readPlace(cacert, undefined)));
  }
  const anchors = cacert === undefined ? anchorsOf(all) : readTrustBundle(cacert).certificates;
  for (const address of addresses.flatMap((one) => parseAddress(one) ?? [])) {
    const { contents, port } = await readPort(address, { ...options, bundle: bundleOf(anchors) });
    all.push(contents);
    ports.push(...(port === undefined ? [] : [port]));
  }
  return { inspection: await relate(all, anchors), ports, unread: all.flatMap((one) => one.unread) };
}

function bundleOf(anchors: readonly Certificate[]): string | undefined {
  return anchors.length === 0 ? undefined : anchors.map(({ pem }) => pem).join('');
}
