import type { Logger } from 'pino';
import { fileIdentity } from '../../credentials/file.js';
import { messageOf } from '../error.js';
import { readWebConfig, type WebConfigFile } from './web-config.js';

const none: WebConfigFile = { tls: undefined, headers: {}, users: undefined };

/**
 * The web configuration in force. Users and headers are looked at for every request; what does not parse is said once
 * and the last good file stays. TLS settings are those of the start; certificate and key are not among them.
 */
export class WebConfigHolder {
  readonly #file: string | undefined;
  readonly #logger: Logger;
  #config: WebConfigFile;
  #seen: string;

  /** Throws OperatorError when the file cannot be used at start. */
  constructor(file: string | undefined, logger: Logger) {
    this.#file = file;
    this.#logger = logger;
    this.#seen = file === undefined ? '' : fileIdentity(file);
    this.#config = file === undefined ? none : readWebConfig(file);
  }

  current(): WebConfigFile {
    const identity = this.#file === undefined ? '' : fileIdentity(this.#file);
    if (this.#file !== undefined && identity !== this.#seen) {
      this.#seen = identity;
      this.#read(this.#file);
    }
    return this.#config;
  }

  #read(file: string): void {
    try {
      const next = readWebConfig(file);
      if (JSON.stringify(next.tls) !== JSON.stringify(this.#config.tls)) {
        this.#logger.warn({ file }, 'TLS settings of the web configuration changed; restart to use them');
      }
      this.#config = { ...next, tls: this.#config.tls };
      this.#logger.info({ file }, 'web configuration reloaded');
    } catch (error: unknown) {
      this.#logger.error({ reason: messageOf(error) }, 'web configuration not reloaded; the one in force stays');
    }
  }
}
