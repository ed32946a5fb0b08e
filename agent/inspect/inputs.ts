import { readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import { CredentialError } from '../../credentials/error.js';
import { readCredentialFile } from '../../credentials/file.js';
import { OperatorError } from '../config/error.js';
import { type Contents, empty, readContents, type Unread } from './contents.js';

/** The most files of one folder: one with more is not a folder of certificates. */
const mostFiles = 2_000;
/** Bytes, as for credential files. */
const largestInput = 1 << 20;

/** The content of a file, or of every file in a folder; in a folder, files without certificates and keys are ignored. */
export async function readPath(path: string, password: string | undefined): Promise<readonly Contents[]> {
  if (statOf(path)?.isDirectory() !== true) {
    return [await readFile(path, password)];
  }
  const { files, unread } = filesIn(path);
  const all: Contents[] = [];
  for (const file of files) {
    all.push(await readFile(file, password));
  }
  return [
    ...all.filter((one) => one.format !== 'neither' || one.unread.length > 0),
    ...unread.map((one) => empty(one.source, [one])),
  ];
}

/** The content of a pipe. Throws OperatorError when it is aborted before the end. */
export async function readStream(
  stream: Readable,
  password: string | undefined,
  signal: AbortSignal,
): Promise<Contents> {
  const source = 'stdin';
  const bytes = await bytesOf(stream, signal);
  if (bytes.length > largestInput) {
    const message = `is longer than ${largestInput} bytes, more than any certificates`;
    return empty(source, [{ source, message, remediation: 'pass the certificates alone' }]);
  }
  return bytes.length === 0
    ? empty(source, [{ source, message: 'is empty', remediation: 'check the command before the pipe' }])
    : await readContents(source, bytes, password);
}

/** All bytes, or a few more than are accepted. */
async function bytesOf(stream: Readable, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of addAbortSignal(signal, stream)) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > largestInput) {
        break;
      }
    }
  } catch (error: unknown) {
    if (signal.aborted) {
      throw new OperatorError('interrupted', 'interrupted before standard input ended', 'end it with Ctrl-D', error);
    }
    throw error;
  }
  return Buffer.concat(chunks);
}

async function readFile(path: string, password: string | undefined): Promise<Contents> {
  try {
    return await readContents(path, readCredentialFile(path).bytes, password);
  } catch (error: unknown) {
    if (!(error instanceof CredentialError)) {
      throw error;
    }
    return empty(path, [
      { source: path, message: error.message.slice(path.length + 2), remediation: remediationFor(path, error) },
    ]);
  }
}

function remediationFor(path: string, { code, hint }: CredentialError): string {
  if (code === 'not_found') {
    return 'check the path, or write host:port for a port';
  }
  return code === 'not_a_file' && statOf(path)?.isFIFO() === true ? 'pass a pipe on standard input, as -' : hint;
}

/**
 * Regular files below a folder, sorted. Links are followed, and a folder is read once, however many lead to it. Names
 * that begin with a dot are left out: Kubernetes keeps the same files there a second time.
 */
function filesIn(root: string): { readonly files: readonly string[]; readonly unread: readonly Unread[] } {
  const files: string[] = [];
  const unread: Unread[] = [];
  const entered = new Set<string>();
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const names = namesIn(folder, entered);
    if (names === undefined) {
      unread.push({ source: folder, message: 'this folder cannot be read', remediation: 'check its permissions' });
    }
    for (const path of (names ?? []).map((name) => join(folder ?? root, name))) {
      const stat = statOf(path);
      if (stat?.isDirectory() === true) {
        folders.push(path);
      } else if (stat?.isFile() === true && stat.size > 0 && stat.size <= largestInput) {
        files.push(path);
      }
    }
    if (files.length > mostFiles) {
      const message = `contains more than ${mostFiles} files; the others were not read`;
      return {
        files: files.slice(0, mostFiles),
        unread: [{ source: root, message, remediation: 'name a folder further down' }],
      };
    }
  }
  return { files: files.sort(), unread };
}

/** Empty for a folder that was read before; undefined for one that cannot be read. */
function namesIn(folder: string, entered: Set<string>): readonly string[] | undefined {
  try {
    const real = realpathSync(folder);
    const names = entered.has(real) ? [] : readdirSync(real);
    entered.add(real);
    return names.filter((name) => !name.startsWith('.')).sort();
  } catch {
    // Whatever the reason, the folder is reported as not read.
    return undefined;
  }
}

/** Undefined for a path that does not exist or is not accessible, and for a link to nothing or in a circle. */
function statOf(path: string) {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
