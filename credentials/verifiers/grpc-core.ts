import { isIP } from 'node:net';
import { certificateOf } from '../known-certificates.js';
import { derOf } from '../read-certificate.js';
import { verifyByHandshake } from './openssl-handshake.js';
import type { VerificationRequest, VerificationResult } from './verifier.js';

/**
 * gRPC C-core, as TiKV and TiFlash call it: OpenSSL with partial chains allowed, keys of 112 bits of security at least,
 * and names compared by a rule of its own.
 */
export async function verifyByGrpcCore(request: VerificationRequest): Promise<VerificationResult> {
  const { role, shown, host } = request;
  const rejected = (step: VerificationResult['step'], code: string, message: string): VerificationResult => {
    return { verifier: 'grpc-core', role, trusted: false, step, code, message, chains: [] };
  };
  const cert = 'cert' in shown ? shown.cert : Buffer.alloc(0);
  // It reads the names of its own certificate at the start, by a function that knows no trust settings.
  if (/-----BEGIN ([A-Z0-9 ]*)CERTIFICATE-----/.exec(cert.toString('latin1'))?.[1] === 'TRUSTED ') {
    return rejected('pair', 'PEM_LABEL', 'no certificate with the label CERTIFICATE or X509 CERTIFICATE');
  }
  const result = await verifyByHandshake(request, { verifier: 'grpc-core', partialChain: true, securityLevel: 2 });
  if (result.step === 'peer' && weakSignature.test(result.message ?? '')) {
    return { ...result, step: 'pair' };
  }
  const unnamed = result.trusted === true && role === 'server' && host !== undefined && !covers(cert, host);
  return unnamed ? rejected('peer', 'NAME_MISMATCH', `Peer name ${host} is not in peer certificate`) : result;
}

/** The OpenSSL of C-core rejects such a chain when it is loaded; later releases when it is verified. */
const weakSignature = /digest algorithm too weak/;

/** C-core compares the text of SANs of every type, and where there is no SAN at all the Common Name, unless an address is dialled. */
function covers(cert: Buffer, host: string): boolean {
  const leaf = certificateOf(derOf(cert));
  const { dns, ip, uri, email } = leaf.subjectAltNames;
  if (leaf.coversHost(host) || [...dns, ...uri, ...email].includes(host)) {
    return true;
  }
  const unnamed = isIP(host) === 0 && [dns, ip, uri, email].every(({ length }) => length === 0);
  return unnamed && leaf.coversHostByName(host);
}
