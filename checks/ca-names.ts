import type { Certificate } from '../credentials/certificate.js';

/** What is different between the CAs that a port names, as DER in hex, and those of a file; undefined when nothing is. */
export function namesDiffer(authorities: readonly string[], onDisk: readonly Certificate[]): string | undefined {
  const inMemory = new Set(authorities);
  const inFile = new Set(onDisk.map(({ subjectDer }) => subjectDer));
  const missing = onDisk.filter(({ subjectDer }) => !inMemory.has(subjectDer)).map(({ subject }) => subject);
  const gone = [...inMemory].filter((name) => !inFile.has(name)).length;
  if (authorities.length === 0 || (missing.length === 0 && gone === 0)) {
    return undefined;
  }
  const lacks = missing.length === 0 ? '' : `does not trust ${[...new Set(missing)].join(' and ')} of the CA file`;
  const keeps =
    gone === 0
      ? ''
      : `trusts ${gone} CA${gone === 1 ? '' : 's'} that ${gone === 1 ? 'is' : 'are'} not in the CA file any more`;
  return `what runs ${[lacks, keeps].filter(Boolean).join(', and ')}`;
}
