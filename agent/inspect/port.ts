import { createSecureContext } from 'node:tls';
import * as peculiar from '@peculiar/x509';
import { type Address, formatAddress } from '../../cluster/inventory/address.js';
import type { KeyPair } from '../../credentials/key-pair.js';
import type { VerificationResult } from '../../credentials/verifiers/verifier.js';
import type { Observation } from '../../probes/observation.js';
import { readServerHandshake } from '../../probes/server-handshake.js';
import { probeTls } from '../../probes/tls-probe.js';
import { type Contents, empty } from './contents.js';

/** What one port shows of itself. */
export interface Port {
  readonly address: string;
  readonly tlsVersion: string | undefined;
  readonly cipher: string | undefined;
  /** Undefined where a port speaks no TLS 1.2, which alone tells it in clear text. */
  readonly requestsCertificate: boolean | undefined;
  /** The CAs it names when it asks, in its order. */
  readonly authorities: readonly string[];
  /** Whether its leaf is for the host that was called. */
  readonly namesHost: boolean;
  /** Its chain under the bundle; undefined without one. */
  readonly result: VerificationResult | undefined;
}

export interface PortOptions {
  /** PEM of the CAs to judge by. */
  readonly bundle: string | undefined;
  /** What to show when asked. */
  readonly pair: Pick<KeyPair, 'certificatePem' | 'keyPem'> | undefined;
  /** Milliseconds, for each of at most three connections. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

const alpn = ['h2', 'http/1.1'];

/** The chain that a port serves and what it says of itself; never throws. */
export async function readPort(
  address: Address,
  options: PortOptions,
): Promise<{ readonly contents: Contents; readonly port: Port | undefined }> {
  const place = formatAddress(address);
  const serverHandshake = await readServerHandshake({ ...address, alpn }, options.timeout);
  const strict = await handshake(address, options, false);
  const chain = serverHandshake.chain.length > 0 ? serverHandshake.chain : strict.peerChain;
  const [leaf] = chain;
  if (leaf === undefined) {
    const isUp = strict.outcome !== 'unreachable' && strict.outcome !== 'timeout';
    const remediation = isUp ? 'name a port that speaks TLS' : 'check address and firewall, and whether it runs';
    return { contents: empty(place, [{ place, message: strict.detail, remediation }]), port: undefined };
  }
  return {
    contents: { place, format: 'TLS', certificates: chain, keys: [], unread: [] },
    port: {
      address: place,
      tlsVersion: strict.tlsVersion,
      cipher: strict.cipher,
      requestsCertificate: serverHandshake.requestsCertificate,
      authorities: serverHandshake.authorities.map(nameOf),
      namesHost: leaf.coversHost(address.host),
      result: options.bundle === undefined ? undefined : await resultOf(strict, address, options),
    },
  };
}

/** Undefined where no handshake came far enough for a judgement. */
async function resultOf(
  strict: Observation,
  address: Address,
  options: PortOptions,
): Promise<VerificationResult | undefined> {
  if (strict.peerChain.length === 0) {
    return undefined;
  }
  const code = chainProblem(strict);
  if (code === undefined) {
    return { role: 'server', trusted: true, code, partialChainOnly: false };
  }
  const partial = await handshake(address, options, true);
  return partial.peerChain.length > 0 && chainProblem(partial) === undefined
    ? { role: 'server', trusted: true, code, partialChainOnly: true }
    : { role: 'server', trusted: false, code, partialChainOnly: false };
}

function handshake(address: Address, { bundle, pair, timeout, signal }: PortOptions, allowPartialTrustChain: boolean) {
  const secureContext = createSecureContext({
    minVersion: 'TLSv1.2',
    allowPartialTrustChain,
    ...(bundle === undefined ? {} : { ca: bundle }),
    ...(pair === undefined ? {} : { cert: pair.certificatePem, key: pair.keyPem }),
  });
  const identity = { name: 'agent', secureContext, verifiesServer: false } as const;
  return probeTls({ ...address, alpn }, identity, { timeout, signal });
}

/** Names are another question than the chain. */
function chainProblem({ peerProblem }: Observation): string | undefined {
  return peerProblem === 'ERR_TLS_CERT_ALTNAME_INVALID' ? undefined : peerProblem;
}

function nameOf(derHex: string): string {
  return new peculiar.Name(Buffer.from(derHex, 'hex')).toString();
}
