import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { CredentialError } from '../../credentials/error.js';
import { errorCode } from '../../credentials/error-text.js';
import { areSame, type CredentialRepository, contentOf, type FileState } from '../../credentials/repository.js';

/** Which of the two mechanisms saw a change first: it shows the operator when inotify is failing. */
export type DetectedBy = 'event' | 'sweep';

export interface WatcherOptions {
  /** Reads the files, and knows what changed. */
  readonly repository: CredentialRepository;
  /** `files` are those whose content, mode or presence changed. */
  readonly onChange: (detectedBy: DetectedBy, files: readonly string[]) => void;
  /** After each change, and after a mere touch: a port reloads by the modification time, which is another one. */
  readonly onTouch: () => void;
  /** Called when file events begin or cease to work; without them the sweep alone sees a change. */
  readonly onEvents: (working: boolean, error: unknown) => void;
  readonly onError: (error: unknown) => void;
  /** Milliseconds between two sweeps, each of which reads every file. */
  readonly sweepInterval: number;
}

/** Events of one rotation come in bursts: one comparison serves them all. */
const settleMilliseconds = 60;

/** By path. */
type States = Readonly<Record<string, FileState>>;

/**
 * Watches files by their directories and reports which of them changed, and whether any was touched.
 *
 * chokidar watches directories, never files: a watch on a file goes blind when the file is unlinked and created again
 * at once, and Kubernetes swaps a symbolic link beside it. An event only says that the repository is to be asked. A slow
 * sweep asks it anyway, with every file read again, and renews the watches, because directories can be replaced as a
 * whole.
 */
export class FileWatcher {
  readonly #options: WatcherOptions;
  readonly #sweep: NodeJS.Timeout;
  #files: readonly string[] = [];
  #directories = '';
  #states: States = {};
  #watcher: FSWatcher | undefined;
  #settle: NodeJS.Timeout | undefined;
  #closed = false;
  #working = true;
  /** Ends the wait for a watch that is replaced or closed: chokidar emits nothing for it from then on. */
  #abandon: () => void = () => undefined;

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.#sweep = setInterval(() => this.#sweepAll(), options.sweepInterval);
  }

  /** Replaces the set of watched files; what they hold now is no change. */
  async watchFiles(files: readonly string[]): Promise<void> {
    this.#files = [...new Set(files)].sort();
    this.#states = this.#read() ?? {};
    await this.#arm();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#sweep);
    clearTimeout(this.#settle);
    this.#abandon();
    await closed(this.#watcher);
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
    await closed(previous);
    if (!(await kept)) {
      return;
    }
    if (this.#directories === identity) {
      this.#report(true, undefined);
    }
    // What changed between the first reading and the watch being ready has raised no event.
    this.#compare('event');
  }

  /** As where no inotify watch is left: the directories count as not watched, and each sweep tries again. */
  #eventsFailed(watcher: FSWatcher, error: unknown): void {
    if (watcher === this.#watcher) {
      this.#directories = '';
      this.#report(false, error);
    }
  }

  #report(working: boolean, error: unknown): void {
    if (working !== this.#working) {
      this.#working = working;
      this.#options.onEvents(working, error);
    }
  }

  #hint(): void {
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => this.#compareOrReport('event'), settleMilliseconds);
  }

  #sweepAll(): void {
    this.#options.repository.invalidate();
    this.#compareOrReport('sweep');
  }

  /** Called by timers, to which an error would end the process. */
  #compareOrReport(detectedBy: DetectedBy): void {
    try {
      this.#compare(detectedBy);
    } catch (error: unknown) {
      this.#options.onError(error);
    }
  }

  #compare(detectedBy: DetectedBy): void {
    if (this.#closed) {
      return;
    }
    const states = this.#read();
    if (states !== undefined && !areSame(states, this.#states)) {
      const former = this.#states;
      this.#states = states;
      const changed = this.#files.filter((file) => contentIn(states, file) !== contentIn(former, file));
      if (changed.length > 0) {
        this.#options.onChange(detectedBy, changed);
      }
      this.#options.onTouch();
    }
    if (detectedBy === 'sweep' || this.#working) {
      this.#arm().catch((error: unknown) => this.#options.onError(error));
    }
  }

  /** Undefined where this process has no descriptor left to read a file with. */
  #read(): States | undefined {
    const states = this.#files.map((file) => [file, this.#options.repository.state(file)] as const);
    return states.some(([, state]) => state instanceof CredentialError && state.code === 'no_descriptors')
      ? undefined
      : Object.fromEntries(states);
  }
}

/**
 * `close` removes every listener at once, and a directory that is being read then can still fail, as without file
 * descriptors: an error without a listener would end the process.
 */
function closed(watcher: FSWatcher | undefined): Promise<void> | undefined {
  const closing = watcher?.close();
  watcher?.on('error', () => undefined);
  return closing;
}

function contentIn(states: States, file: string): string | undefined {
  const state = states[file];
  return state === undefined ? undefined : contentOf(state);
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

/** A directory that cannot be read is a state to compare; the checks on files report it. */
function ignoreAbsence(error: unknown): void {
  if (errorCode(error) === '') {
    throw error;
  }
}
