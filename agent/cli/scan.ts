import type { Observer } from '../collect/collector.js';
import { observeOnce, refuseOnce } from '../collect/cycle.js';
import { interrupted } from '../collect/interrupted.js';
import { Progress } from '../terminal/progress.js';

/**
 * One look at every port, with progress on `stderr`; strangers come along where they are sent. Throws OperatorError
 * when it was interrupted.
 */
export async function look(
  observer: Observer,
  options: { readonly strangers: boolean; readonly stderr: NodeJS.WritableStream; readonly signal: AbortSignal },
): Promise<void> {
  const { strangers, stderr, signal } = options;
  const visits = strangers ? observer.strangerTargets.length : 0;
  const progress = new Progress(
    stderr,
    visits === 0 ? 'ports looked at' : 'visits to ports',
    observer.targets.length + visits,
  );
  try {
    await observeOnce(observer, signal, () => progress.step());
    if (strangers) {
      await refuseOnce(observer, signal, () => progress.step());
    }
  } finally {
    progress.end();
  }
  if (signal.aborted) {
    throw interrupted();
  }
}
