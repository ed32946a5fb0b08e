import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { errorCode } from '../../credentials/error-text.js';

/** Which of the two mechanisms saw a change first: tells the operator when inotify is failing. */
export type DetectedBy = 'event' | 'sweep';

export interface WatcherOptions {
  /** `files` are those whose content, mode or presence is another. */
  readonly onChange: (detectedBy: DetectedBy, files: readonly string[]) => void;
  /** Whether events can be had, told when that changes; without them the sweep alone sees a change. */
  readonly onEvents: (working: boolean, error: unknown) => void;
  readonly onError: (error: unknown) => void;
  /** Milliseconds between two sweeps of content digests. */
  readonly sweepInterval: number;
}

/** Events of one rotation come in bursts: one look serves them all. */
const settleMilliseconds = 60;
const largestFile = 1 << 20;

/**
 * Watches files by their directories and reports that any content changed.
 *
 * chokidar watches directories, never files: a watch on a file goes blind when the file is unlinked and made again
 * at once, and Kubernetes swaps a symbolic link beside it. An event is only a hint to compare digests. A slow sweep
 * compares them anyway, and arms the watches again, because directories can be replaced as a whole.
 */
export class FileWatcher {
  readonly #options: WatcherOptions;
  readonly #sweep: NodeJS.Timeout;
  #files: readonly string[] = [];
  #directories = '';
  #digests: ReadonlyMap<string, string> = new Map();
  #watcher: FSWatcher | undefined;
  #settle: NodeJS.Timeout | undefined;
  #closed = false;
  #working = true;
  /** Ends the wait for a watch that is replaced or closed: chokidar tells nothing of it from then on. */
  #abandon: () => void = () => undefined;

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.#sweep = setInterval(() => this.#compare('sweep'), options.sweepInterval);
  }

  /** Replaces the set of watched files; what they hold now counts as seen. */
  async watchFiles(files: readonly string[]): Promise<void> {
    this.#files = [...new Set(files)].sort();
    this.#digests = digestsOf(this.#files) ?? new Map();
    await this.#arm();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#sweep);
    clearTimeout(this.#settle);
    this.#abandon();
    await this.#watcher?.close();
  }

  async #arm(): Promise<void> {
    const directories = directoriesOf(this.#files);
    const identity = directories.map(directoryIdentity).join('\n');
    if (this.#closed || identity === this.#directories) {
      return;
    }
    this.#directories = identity;
    this.#abandon();
    const previous = this.#watcher;
    const watcher = watch([...directories], { depth: 0, followSymlinks: false, atomic: false, ignoreInitial: true });
    watcher.on('all', () => this.#hint());
    watcher.on('error', (error) => this.#eventsFailed(watcher, error));
    const kept = new Promise<boolean>((resolve) => {
      watcher.once('ready', () => resolve(true));
      watcher.once('error', () => resolve(true));
      this.#abandon = () => resolve(false);
    });
    this.#watcher = watcher;
    await previous?.close();
    if (!(await kept)) {
      return;
    }
    if (this.#directories === identity) {
      this.#tell(true, undefined);
    }
    // What changed between the digest and the watch being ready has raised no event.
    this.#compare('event');
  }

  /** As without inotify watches or instances: the directories count as not watched, and each sweep tries again. */
  #eventsFailed(watcher: FSWatcher, error: unknown): void {
    if (watcher === this.#watcher) {
      this.#directories = '';
      this.#tell(false, error);
    }
  }

  #tell(working: boolean, error: unknown): void {
    if (working !== this.#working) {
      this.#working = working;
      this.#options.onEvents(working, error);
    }
  }

  #hint(): void {
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => this.#compare('event'), settleMilliseconds);
  }

  #compare(detectedBy: DetectedBy): void {
    if (this.#closed) {
      return;
    }
    const digests = digestsOf(this.#files);
    const changed =
      digests === undefined ? [] : this.#files.filter((file) => digests.get(file) !== this.#digests.get(file));
    if (digests !== undefined && changed.length > 0) {
      this.#digests = digests;
      this.#options.onChange(detectedBy, changed);
    }
    if (detectedBy === 'sweep' || this.#working) {
      this.#arm().catch((error: unknown) => this.#options.onError(error));
    }
  }
}

/** The directory of each path, of what it resolves to, and the parent of each, where a replaced directory shows. */
function directoriesOf(files: readonly string[]): readonly string[] {
  const directories = new Set<string>();
  for (const file of files) {
    directories.add(dirname(file));
    directories.add(dirname(dirname(file)));
    try {
      directories.add(dirname(realpathSync(file)));
    } catch (error: unknown) {
      ignoreAbsence(error);
    }
  }
  return [...directories].sort();
}

function directoryIdentity(directory: string): string {
  try {
    const stat = statSync(directory, { bigint: true });
    return `${directory} ${stat.dev}:${stat.ino}`;
  } catch (error: unknown) {
    ignoreAbsence(error);
    return `${directory} absent`;
  }
}

/** What each file holds, and its mode. Undefined where this process cannot look, for want of descriptors. */
function digestsOf(files: readonly string[]): ReadonlyMap<string, string> | undefined {
  const digests = new Map<string, string>();
  for (const file of files) {
    try {
      const stat = statSync(file);
      const content = stat.isFile() && stat.size <= largestFile ? readFileSync(file) : `${stat.size}`;
      digests.set(file, `${stat.mode} ${createHash('sha256').update(content).digest('base64')}`);
    } catch (error: unknown) {
      const code = ignoreAbsence(error);
      if (code === 'EMFILE' || code === 'ENFILE') {
        return undefined;
      }
      digests.set(file, `error ${code}`);
    }
  }
  return digests;
}

/** A file or directory that cannot be read now is a state to compare, reported by the credential checks. */
function ignoreAbsence(error: unknown): string {
  const code = errorCode(error);
  if (code === '') {
    throw error;
  }
  return code;
}
