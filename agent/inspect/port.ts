import { createSecureContext } from 'node:tls';
import { type Address, formatAddress } from '../../cluster/inventory/address.js';
import type { Certificate } from '../../credentials/certificate.js';
import type { KeyPair } from '../../credentials/key-pair.js';
import { derOf } from '../../credentials/read-certificate.js';
import type { VerificationResult, VerifierName } from '../../credentials/verifiers/verifier.js';
import { verifiers } from '../../credentials/verifiers/verifiers.js';
import type { Observation } from '../../probes/observation.js';
import { readServerHandshake } from '../../probes/server-handshake.js';
import { probeTls } from '../../probes/tls-probe.js';
import { type Contents, empty } from './contents.js';

/** The TLS properties of one port. */
export interface Port {
  readonly address: string;
  readonly tlsVersion: string | undefined;
  readonly cipher: string | undefined;
  /** Undefined for a port without TLS 1.2: TLS 1.3 encrypts the CertificateRequest. */
  readonly requestsCertificate: boolean | undefined;
  /** The CAs that its CertificateRequest names, in its order. */
  readonly authorities: readonly string[];
  /** Whether its leaf certificate is valid for the given host. */
  readonly namesHost: boolean;
  /** Verification of its chain against the bundle by each implementation; empty without a bundle. */
  readonly results: readonly VerificationResult[];
}

export interface PortOptions {
  /** PEM of the trusted CAs. */
  readonly bundle: string | undefined;
  /** Client certificate and key for a port that requests one. */
  readonly pair: Pick<KeyPair, 'certificatePem' | 'keyPem'> | undefined;
  /** Milliseconds, for each of at most four connections. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

const alpn = ['h2', 'http/1.1'];

/** The chain that a port serves, and its TLS properties; never throws. */
export async function readPort(
  address: Address,
  options: PortOptions,
): Promise<{ readonly contents: Contents; readonly port: Port | undefined }> {
  const source = formatAddress(address);
  const strict = await handshake(address, options, false);
  // The release is unknown: the handshake that is cut short comes last, and the port is connected to once more.
  const serverHandshake = await readServerHandshake({ ...address, alpn }, options);
  const isUp = strict.outcome !== 'unreachable' && strict.outcome !== 'timeout';
  const after = isUp ? await handshake(address, options, false) : strict;
  const chain = serverHandshake.chain.length > 0 ? serverHandshake.chain : strict.peerChain;
  const [leaf] = chain;
  if (leaf === undefined) {
    const remediation = isUp ? 'name a port that speaks TLS' : 'check address and firewall, and whether it runs';
    return { contents: empty(source, [{ source, message: strict.detail, remediation }]), port: undefined };
  }
  // Its library is loaded when it is needed.
  const { nameText } = await import('./name-text.js');
  return {
    contents: { source, format: 'TLS', certificates: chain, keys: [], unread: isUp ? goneAfter(source, after) : [] },
    port: {
      address: source,
      tlsVersion: strict.tlsVersion,
      cipher: strict.cipher,
      requestsCertificate: serverHandshake.requestsCertificate,
      authorities: serverHandshake.authorities.map(nameText),
      namesHost: leaf.coversHost(address.host),
      results: options.bundle === undefined ? [] : await resultsOf(strict, chain, options.bundle, address, options),
    },
  };
}

function goneAfter(source: string, { outcome, detail }: Observation): Contents['unread'] {
  const message = `no longer answers after its handshake was read: ${detail}`;
  return outcome === 'unreachable' ? [{ source, message, remediation: 'check whether its process still runs' }] : [];
}

/** One per implementation; empty where the handshake ended before the server's certificate. */
async function resultsOf(
  strict: Observation,
  chain: readonly Certificate[],
  bundle: string,
  address: Address,
  options: PortOptions,
): Promise<readonly VerificationResult[]> {
  if (strict.peerChain.length === 0) {
    return [];
  }
  const shown = { chain: chain.map(({ pem }) => derOf(pem)) };
  const code = chainProblem(strict);
  const retried = code === undefined ? strict : await handshake(address, options, true);
  const partial = retried.peerChain.length === 0 ? code : chainProblem(retried);
  return [
    await verifiers.go({ ca: Buffer.from(bundle), shown, role: 'server' }),
    resultOf('openssl', code),
    resultOf('grpc-core', partial),
  ];
}

function resultOf(verifier: VerifierName, code: string | undefined): VerificationResult {
  const [trusted, step] = code === undefined ? [true, undefined] : [false, 'peer' as const];
  return { verifier, role: 'server', trusted, step, code, message: code, chains: [] };
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

/** Without host name errors, which `namesHost` reports. */
function chainProblem({ peerProblem }: Observation): string | undefined {
  return peerProblem === 'ERR_TLS_CERT_ALTNAME_INVALID' ? undefined : peerProblem;
}
