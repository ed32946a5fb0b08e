import type { Logger } from 'pino';
import { errorMessage } from '../../credentials/error-text.js';
import { CredentialRepository, type FileState } from '../../credentials/repository.js';
import { hintOf, OperatorError } from '../config/error.js';
import { asksForCertificates, readWebConfig, type WebConfigFile } from './web-config.js';

const none: WebConfigFile = { tls: undefined, headers: {}, users: undefined, rateLimit: undefined };

/**
 * The web configuration in force, read again when the file changed. If the file does not parse, or no longer requires a
 * password, that is logged once and the last valid content stays in use. Changes of the rate limit, of TLS to plaintext or
 * back, and of whether certificates are requested need a restart.
 */
export class WebConfigHolder {
  readonly #file: string | undefined;
  readonly #logger: Logger;
  readonly #onRead: (ok: boolean) => void;
  #config: WebConfigFile;
  readonly #repository = new CredentialRepository();
  #state: FileState | undefined;

  /** Throws OperatorError when the file cannot be used at start. */
  constructor(file: string | undefined, logger: Logger, onRead: (ok: boolean) => void) {
    this.#onRead = onRead;
    this.#file = file;
    this.#logger = logger;
    this.#state = file === undefined ? undefined : this.#repository.state(file);
    this.#config = file === undefined ? none : readWebConfig(file);
  }

  current(): WebConfigFile {
    const state = this.#file === undefined ? undefined : this.#repository.state(this.#file);
    if (this.#file !== undefined && state !== this.#state) {
      this.#state = state;
      this.#read(this.#file);
    }
    return this.#config;
  }

  #read(file: string): void {
    try {
      const next = readWebConfig(file);
      rejectUnprotected(file, this.#config, next);
      const { tls, rateLimit } = this.#config;
      const fixed = (config: WebConfigFile) =>
        JSON.stringify([config.tls !== undefined && asksForCertificates(config.tls), config.tls === undefined]);
      if (fixed(next) === fixed(this.#config)) {
        this.#config = { ...next, rateLimit };
      } else {
        const message = 'a change to or from TLS, or of whether client certificates are requested, needs a restart';
        this.#logger.warn({ file }, message);
        this.#config = { ...next, tls, rateLimit };
      }
      this.#onRead(true);
      this.#logger.info({ file }, 'web configuration reloaded');
    } catch (error: unknown) {
      this.#onRead(false);
      const [reason, hint] = [errorMessage(error), hintOf(error)];
      this.#logger.error({ reason, hint }, 'web configuration not reloaded; the last valid one stays in use');
    }
  }
}

/** Throws OperatorError for a file that would remove protection: a writer, or a full disk, can leave a file empty or short. */
function rejectUnprotected(file: string, now: WebConfigFile, next: WebConfigFile): void {
  const without = (what: string) =>
    new OperatorError(
      'web_config_opens',
      `${file} no longer has ${what}`,
      'restart the agent to use the file as it is',
    );
  if (!isEmpty(now) && isEmpty(next)) {
    throw without('settings');
  }
  if (now.users !== undefined && next.users === undefined) {
    throw without('basic_auth_users');
  }
}

function isEmpty({ tls, headers, users, rateLimit }: WebConfigFile): boolean {
  return tls === undefined && users === undefined && rateLimit === undefined && Object.keys(headers).length === 0;
}
