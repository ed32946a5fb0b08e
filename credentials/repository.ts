import type { CredentialFile } from './credential-file.js';
import { attempted, CredentialError, unlessError } from './error.js';
import { fileIdentity, readCredentialFile } from './file.js';

/** A file as it is, or why it cannot be read. */
export type FileState = CredentialFile | CredentialError;

interface Entry {
  readonly state: FileState;
  readonly identity: string;
  /** Whether an equal identity proves equal content. */
  settled: boolean;
  /** Whether anyone asked since the last `invalidate`. */
  asked: boolean;
}

/** Milliseconds within which two writes may leave the same times, on the file systems with the coarsest clocks. */
const coarsestClock = 2_000;

/**
 * The one place that knows credential files: it reads a file when its stat identity is another, and everyone who asks
 * gets the same object for as long as the file is as it was, so that `===` says whether anything was touched.
 *
 * Equal identities prove nothing of a file that was written within the clock's resolution before it was read, nor of one
 * that could not be read: such a file is read at each question. `invalidate` has every file read once more, for
 * file systems that give stale identities, as NFS does.
 */
export class CredentialRepository {
  readonly #entries = new Map<string, Entry>();

  /** Never throws for what is in the file or in its place. */
  state(path: string): FileState {
    const identity = fileIdentity(path);
    const known = this.#entries.get(path);
    if (known?.settled === true && known.identity === identity) {
      known.asked = true;
      return known.state;
    }
    return this.#read(path, identity, known);
  }

  /** As `state`. Throws CredentialError where the file cannot be read. */
  file(path: string): CredentialFile {
    return unlessError(this.state(path));
  }

  /** The next question for each file reads it, whatever its stat identity says. Unused files are forgotten. */
  invalidate(): void {
    for (const [path, entry] of this.#entries) {
      if (entry.asked) {
        entry.asked = false;
        entry.settled = false;
      } else {
        this.#entries.delete(path);
      }
    }
  }

  #read(path: string, identity: string, known: Entry | undefined): FileState {
    const now = Date.now();
    const read = attempted(() => readCredentialFile(path));
    if (read instanceof CredentialError && read.code === 'no_descriptors') {
      return known?.identity === identity ? known.state : read;
    }
    const entry =
      read instanceof CredentialError
        ? { state: read, identity, settled: false, asked: true }
        : {
            state: read,
            identity: read.stat.identity,
            settled: now - read.stat.changedAt > coarsestClock,
            asked: true,
          };
    const same = known?.identity === entry.identity && contentOf(known.state) === contentOf(read);
    const state = same ? known.state : read;
    this.#entries.set(path, { ...entry, state });
    return state;
  }
}

/** Another text whenever content, permissions or presence of the file are others; a new modification time alone is none. */
export function contentOf(state: FileState): string {
  return state instanceof CredentialError ? state.message : `${state.stat.mode} ${state.digest}`;
}

/** Files that are used together. */
export type Files = Readonly<Record<string, FileState | undefined>>;

/** Whether none of these files was touched in between. */
export function areSame<Together extends Files>(one: Together, other: Together | undefined): boolean {
  return other !== undefined && Object.keys(one).every((name) => one[name] === other[name]);
}

/** As `contentOf`, of all of them. */
export function contentsOf(files: Files): string {
  return Object.values(files)
    .map((state) => (state === undefined ? '' : contentOf(state)))
    .join('\n');
}
