import { CredentialFile } from '../../credentials/credential-file.js';
import { attempted, CredentialError } from '../../credentials/error.js';
import type { CredentialFacts } from '../../credentials/facts.js';
import type { CredentialRepository, FileState } from '../../credentials/repository.js';
import { servedPathsOf } from './local-credentials.js';
import type { Target } from './targets.js';

/** The files that a port serves with, as they are on disk now. */
export interface ServedFiles extends Pick<CredentialFacts, 'keyMatches' | 'errors'> {
  /** When one of them changed last (ctime), in milliseconds since the epoch: a copy may keep its original's mtime. */
  readonly changedAt: number;
}

/** Some stat calls for files that did not change. Undefined where the files are not on this node. */
export function servedFilesOf({ instance }: Target, repository: CredentialRepository): ServedFiles | undefined {
  if (!instance.local) {
    return undefined;
  }
  const paths = servedPathsOf(instance);
  const read = (path: string | undefined) => (path === undefined ? undefined : repository.state(path));
  const [ca, cert, key] = [read(paths.ca), read(paths.cert), read(paths.key)];
  const [bundle, chain, privateKey] = [
    parsed(ca, (file) => file.certificates),
    parsed(cert, (file) => file.certificates),
    parsed(key, (file) => file.privateKey),
  ];
  const unusable = [bundle, chain, privateKey].filter((one) => one instanceof CredentialError);
  const [leaf] = chain === undefined || chain instanceof CredentialError ? [] : chain;
  const both = leaf !== undefined && privateKey !== undefined && !(privateKey instanceof CredentialError);
  const times = [ca, cert, key].map((file) => (file instanceof CredentialFile ? file.stat.changedAt : 0));
  return {
    keyMatches: both ? leaf.matchesKey(privateKey) : undefined,
    errors: unusable,
    changedAt: Math.max(...times),
  };
}

function parsed<Value>(state: FileState | undefined, parse: (file: CredentialFile) => Value) {
  return state instanceof CredentialFile ? attempted(() => parse(state)) : state;
}
