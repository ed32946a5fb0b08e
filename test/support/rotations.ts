import { writeFileSync } from 'node:fs';
import type { Test } from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import type { CredentialPaths } from '../../credentials/paths.js';
import { authority, names, renameOver, swapData } from './real-peer.js';

export interface Rotations {
  /** A folder made by linkedFiles, whose server is asked by `served`. */
  readonly directory: string;
  readonly files: CredentialPaths;
  /** `CN=…` of the certificate the next connection is served, or the rejection in words. */
  readonly served: () => Promise<string>;
  /** What a new connection sees while certificate and key do not match. */
  readonly mismatched: string;
}

/** Every way of replacing a pair, on a server that reads its files at each handshake and its CA once. */
export async function everyRotation(t: Pick<Test, 'equal'>, { directory, files, served, mismatched }: Rotations) {
  const issue = (commonName: string) => authority.issue({ ...names, commonName });
  const swapped = await issue('Swapped');
  swapData(directory, 'second', swapped);
  t.equal(await served(), 'CN=Swapped', 'the link ..data swapped: the next connection has the new pair');
  const renamed = await issue('Renamed');
  renameOver(files.key, renamed.keyPem);
  renameOver(files.cert, renamed.certificatePem);
  t.equal(await served(), 'CN=Renamed', 'by rename');
  const inPlace = await issue('In-Place');
  writeFileSync(files.cert, inPlace.certificatePem);
  t.equal(await served(), mismatched, 'certificate new, key old');
  writeFileSync(files.key, inPlace.keyPem);
  t.equal(await served(), 'CN=In-Place', 'in place, and the key that matches fixes it');
  writeFileSync(files.cert, '');
  t.equal(await served(), mismatched, 'an empty certificate file');
  writeFileSync(files.cert, inPlace.certificatePem);
  t.equal(await served(), 'CN=In-Place', 'good again');
  const next = await Authority.create({ commonName: 'Next CA' });
  renameOver(files.ca, next.certificatePem);
  t.equal(await served(), 'CN=In-Place', 'a changed CA file is ignored until restart: old callers are accepted');
  return next;
}
