import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CredentialFile } from './credential-file.js';
import { attempted, CredentialError } from './error.js';
import type { CredentialFacts } from './facts.js';
import { chainOrder, pairDigest } from './key-pair.js';
import type { ConfiguredPaths } from './paths.js';
import { hasPrivateKey } from './pem.js';
import { CredentialRepository } from './repository.js';
import {
  agentParties,
  loadingFailures,
  type Parties,
  verificationKey,
  verifiedOnce,
  verifyPair,
} from './verification.js';

/**
 * Reads what can be read of the files, and has each of the parties verify what can be verified. Never rejects for what is
 * in a file.
 */
export async function gatherCredentialFacts(
  paths: ConfiguredPaths,
  now: Date,
  repository = new CredentialRepository(),
  parties: Parties = agentParties,
): Promise<CredentialFacts> {
  const errors: CredentialError[] = [];
  const kept = <Value>(value: Value | CredentialError): Value | undefined => {
    if (value instanceof CredentialError) {
      errors.push(value);
      return undefined;
    }
    return value;
  };
  const parsed = <Value>(file: CredentialFile | undefined, parse: (file: CredentialFile) => Value) =>
    file === undefined ? undefined : kept(attempted(() => parse(file)));
  const read = (path: string | undefined) => (path === undefined ? undefined : kept(repository.state(path)));
  const [caFile, certFile, keyFile] = [read(paths.ca), read(paths.cert), read(paths.key)];
  const ca = parsed(caFile, (file) => file.certificates);
  const chain = parsed(certFile, (file) => file.certificates);
  const key = parsed(keyFile, (file) => file.privateKey);
  const keyMatches = chain === undefined || key === undefined ? undefined : chain[0]?.matchesKey(key);
  const readable = certFile !== undefined && keyFile !== undefined;
  if (keyMatches === false && readable) {
    kept(chainOrder(certFile, keyFile));
  }
  const digest = readable ? pairDigest(certFile, keyFile) : undefined;
  const files = keyMatches === true && caFile && certFile && keyFile && { ca: caFile, cert: certFile, key: keyFile };
  const results =
    files && ca !== undefined && chain !== undefined
      ? await verifiedOnce(verificationKey(files, parties), [...ca, ...chain], now, () =>
          verifyPair(files, parties, now),
        )
      : [];
  return {
    paths,
    chain,
    ca,
    keyMode: inVolume(paths.key) ? undefined : keyFile?.stat.mode,
    strayKeys: [...strayKeyIn('ca', caFile), ...(paths.cert === paths.key ? [] : strayKeyIn('cert', certFile))],
    keyMatches,
    results,
    loadingFailures: loadingFailures(results, parties),
    errors,
    caDigest: caFile?.digest,
    pairDigest: digest,
    certModifiedAt: certFile?.stat.modifiedAt,
    caModifiedAt: caFile?.stat.modifiedAt,
  };
}

function strayKeyIn(file: 'ca' | 'cert', read: CredentialFile | undefined): CredentialFacts['strayKeys'] {
  return read === undefined || !hasPrivateKey(read.bytes.toString('latin1'))
    ? []
    : [{ file, mode: inVolume(read.path) ? undefined : read.stat.mode }];
}

/** Whether the kubelet mounted it; the pods of that volume are the only ones that see it, whatever its mode. */
function inVolume(path: string | undefined): boolean {
  return path !== undefined && existsSync(join(dirname(path), '..data'));
}
