import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Certificate } from './certificate.js';
import { CredentialError, notLoaded } from './error.js';
import type { CredentialFacts, CredentialPaths } from './facts.js';
import { type CredentialFile, readCredentialFile } from './file.js';
import { pairDigest } from './key-pair.js';
import { verifiedOnce } from './known-results.js';
import { parseCertificates, parseKey, pemText } from './parse.js';
import { bundleDigest } from './trust-bundle.js';
import { type VerificationResult, verifyBothRoles } from './verification.js';

/** Reads whatever can be read of three files and judges what can be judged. Never rejects for what is in a file. */
export async function gatherCredentialFacts(paths: CredentialPaths, now: Date): Promise<CredentialFacts> {
  const errors: CredentialError[] = [];
  const attempt = <T>(read: () => T): T | undefined => collect(errors, read);
  const file = (path: string | undefined) => (path === undefined ? undefined : attempt(() => readCredentialFile(path)));
  const [caFile, certFile, keyFile] = [file(paths.ca), file(paths.cert), file(paths.key)];
  const ca = caFile && paths.ca ? attempt(() => certificatesOf(caFile, paths.ca ?? '')) : undefined;
  const chain = certFile && paths.cert ? attempt(() => certificatesOf(certFile, paths.cert ?? '')) : undefined;
  const key =
    keyFile && paths.key
      ? attempt(() => parseKey(pemText(keyFile.bytes, paths.key ?? ''), paths.key ?? ''))
      : undefined;
  const keyMatches = chain === undefined || key === undefined ? undefined : chain[0]?.matchesKey(key);
  if (keyMatches === false && key !== undefined && chain?.some((one) => one.matchesKey(key))) {
    const hint = 'put the leaf first, then its issuers';
    errors.push(
      new CredentialError('chain_order', paths.cert ?? '', 'the certificate of the key is not the first one', hint),
    );
  }
  const caDigest = caFile === undefined ? undefined : bundleDigest(caFile.bytes);
  const digest =
    certFile === undefined || keyFile === undefined ? undefined : pairDigest(certFile.bytes, keyFile.bytes);
  const usable = keyMatches === true && ca !== undefined && chain !== undefined && caFile && certFile && keyFile;
  const results = usable
    ? await verifiedOnce(`${caDigest} ${digest}`, [...ca, ...chain], now, () =>
        resultsOf(certFile, keyFile, caFile),
      ).catch((error: unknown) => {
        errors.push(notLoaded(paths.cert ?? '', error));
        return [];
      })
    : [];
  return {
    paths,
    chain,
    ca,
    keyMode: inVolume(paths.key) ? undefined : keyFile?.mode,
    keyMatches,
    results,
    errors,
    caDigest,
    pairDigest: digest,
    certModifiedAt: certFile?.modifiedAt,
    caModifiedAt: caFile?.modifiedAt,
  };
}

/** Whether the kubelet mounted it; the pods of that volume are the only ones that see it, whatever its mode. */
function inVolume(path: string | undefined): boolean {
  return path !== undefined && existsSync(join(dirname(path), '..data'));
}

function certificatesOf(file: CredentialFile, path: string): readonly Certificate[] {
  return parseCertificates(pemText(file.bytes, path), path);
}

async function resultsOf(
  cert: CredentialFile,
  key: CredentialFile,
  ca: CredentialFile,
): Promise<readonly VerificationResult[]> {
  const pair = { certificatePem: cert.bytes.toString('utf8'), keyPem: key.bytes.toString('utf8') };
  const bundle = ca.bytes.toString('utf8');
  return await verifyBothRoles(pair, bundle);
}

function collect<T>(errors: CredentialError[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error: unknown) {
    if (error instanceof CredentialError) {
      errors.push(error);
      return undefined;
    }
    throw error;
  }
}
