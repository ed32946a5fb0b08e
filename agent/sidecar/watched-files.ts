import { errorMessage } from '../../credentials/error-text.js';
import type { CredentialRepository } from '../../credentials/repository.js';
import { FileWatcher } from './file-watcher.js';
import type { SidecarOptions } from './options.js';

/** Files that one line of the log names; a change of a whole cluster's Secret is many. */
const mostNamed = 20;

/** A watcher that counts and logs the changes that it sees, and calls `onTouch` after each of them and after each touch. */
export function createFileWatcher(
  { metrics, logger, sweepInterval }: SidecarOptions,
  repository: CredentialRepository,
  onTouch: () => Promise<void>,
): FileWatcher {
  return new FileWatcher({
    repository,
    sweepInterval,
    onChange: (detectedBy, files) => {
      metrics.recordFileChange(detectedBy);
      logger.info({ detectedBy, files: files.slice(0, mostNamed) }, 'a credential file changed');
    },
    onTouch: () => {
      onTouch().catch((error: unknown) =>
        logger.error({ reason: errorMessage(error) }, 'credential files could not be read again'),
      );
    },
    onEvents: (working, error) => {
      metrics.setFileEvents(working);
      if (working) {
        logger.info('file events work again');
      } else {
        logger.warn({ reason: errorMessage(error) }, 'no file events; the periodic sweep alone finds changes');
      }
    },
    onError: (error) =>
      logger.warn({ reason: errorMessage(error) }, 'file watching failed; the periodic sweep goes on'),
  });
}
