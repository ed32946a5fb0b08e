import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyPairPaths } from '../credentials/paths.js';
import { mountVolume } from '../test/support/secret-volume.js';

export interface Pair {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** A pair on disk that is replaced in one way; it is laid by the first replacement. */
export interface PairOnDisk extends KeyPairPaths {
  replace(pair: Pair): void;
}

/** Every way in which tools replace a pair, the key first; each in an empty folder of its own. */
export const ways: Readonly<Record<string, (folder: string) => PairOnDisk>> = {
  'written in place': (folder) => eachFile(folder, (file, text) => writeFileSync(file, text)),
  'renamed over': (folder) =>
    eachFile(folder, (file, text) => {
      writeFileSync(`${file}.new`, text);
      renameSync(`${file}.new`, file);
    }),
  'unlinked, and made again': (folder) =>
    eachFile(folder, (file, text, runtime) => {
      if (runtime > 0) {
        unlinkSync(file);
      }
      writeFileSync(file, text);
    }),
  'a symbolic link swapped': (folder) =>
    eachFile(folder, (file, text, runtime) => {
      writeFileSync(`${file}.${runtime}`, text);
      symlinkSync(`${file}.${runtime}`, `${file}.link`);
      renameSync(`${file}.link`, file);
    }),
  '`..data` swapped, as Kubernetes does': (folder) => {
    let runtime = 0;
    return {
      ...filesOf(folder),
      replace: ({ certificatePem, keyPem }) =>
        mountVolume(folder, `..${runtime++}`, { 'tls.crt': certificatePem, 'tls.key': keyPem }),
    };
  },
  'the whole directory replaced': (parent) => {
    const folder = join(parent, 'tls');
    return {
      ...filesOf(folder),
      replace: ({ certificatePem, keyPem }) => {
        const [next, old] = [`${folder}.next`, `${folder}.old`];
        mkdirSync(next);
        const { cert, key } = filesOf(next);
        writeFileSync(key, keyPem);
        writeFileSync(cert, certificatePem);
        mkdirSync(folder, { recursive: true });
        renameSync(folder, old);
        renameSync(next, folder);
        rmSync(old, { recursive: true });
      },
    };
  },
};

function filesOf(folder: string): Pick<PairOnDisk, 'cert' | 'key'> {
  return { cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
}

function eachFile(folder: string, write: (file: string, text: string, runtime: number) => void): PairOnDisk {
  const files = filesOf(folder);
  let runtime = 0;
  return {
    ...files,
    replace: ({ certificatePem, keyPem }) => {
      write(files.key, keyPem, runtime);
      write(files.cert, certificatePem, runtime);
      runtime++;
    },
  };
}
