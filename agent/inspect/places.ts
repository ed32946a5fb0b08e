import { readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import { CredentialError } from '../../credentials/error.js';
import { readCredentialFile } from '../../credentials/file.js';
import { OperatorError } from '../config/error.js';
import { type Contents, empty, readContents, type Unread } from './contents.js';

/** More is no folder of certificates. */
const mostFiles = 2_000;
/** As for files. */
const largestInput = 1 << 20;

/** Everything in a file or a folder; what a folder holds besides certificates and keys is passed over. */
export async function readPlace(path: string, password: string | undefined): Promise<readonly Contents[]> {
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
    ...unread.map((one) => empty(one.place, [one])),
  ];
}

/** What comes in by a pipe. Throws OperatorError when it is told to stop before the end. */
export async function readStream(
  stream: Readable,
  password: string | undefined,
  signal: AbortSignal,
): Promise<Contents> {
  const place = 'stdin';
  const bytes = await bytesOf(stream, signal);
  if (bytes.length > largestInput) {
    const message = `is longer than ${largestInput} bytes, more than any certificates`;
    return empty(place, [{ place, message, remediation: 'pass the certificates alone' }]);
  }
  return bytes.length === 0
    ? empty(place, [{ place, message: 'is empty', remediation: 'see what the command before the pipe says' }])
    : await readContents(place, bytes, password);
}

/** All of it, or a little more than is too much. */
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
      { place: path, message: error.message.slice(path.length + 2), remediation: remediationFor(path, error) },
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
 * Regular files below a folder, sorted; links are followed, a folder is entered once however many lead to it. Names
 * that begin with a dot are left out: Kubernetes keeps the same files there twice.
 */
function filesIn(root: string): { readonly files: readonly string[]; readonly unread: readonly Unread[] } {
  const files: string[] = [];
  const unread: Unread[] = [];
  const entered = new Set<string>();
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const names = namesIn(folder, entered);
    if (names === undefined) {
      unread.push({ place: folder, message: 'this folder may not be read', remediation: 'mind its mode and the user' });
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
      const message = `holds more than ${mostFiles} files; the rest was left out`;
      return {
        files: files.slice(0, mostFiles),
        unread: [{ place: root, message, remediation: 'name a folder further down' }],
      };
    }
  }
  return { files: files.sort(), unread };
}

/** Nothing where the folder was entered before; undefined where it may not be. */
function namesIn(folder: string, entered: Set<string>): readonly string[] | undefined {
  try {
    const real = realpathSync(folder);
    const names = entered.has(real) ? [] : readdirSync(real);
    entered.add(real);
    return names.filter((name) => !name.startsWith('.')).sort();
  } catch {
    // Whatever the system says, the folder is told as one that was not read.
    return undefined;
  }
}

/** Undefined for what is gone, out of reach, or a link that leads nowhere or in a circle. */
function statOf(path: string) {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
