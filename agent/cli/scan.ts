import type { Collector } from '../collect/collector.js';
import { negativeProbesOnce, observeOnce } from '../collect/cycle.js';
import { interrupted } from '../collect/interrupted.js';
import { Progress } from '../terminal/progress.js';

/**
 * One look at every port, with progress on `stderr`; strangers come along where they are sent. Throws OperatorError
 * when it was interrupted.
 */
export async function look(
  collector: Collector,
  options: {
    readonly unauthorizedClients: boolean;
    readonly stderr: NodeJS.WritableStream;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { unauthorizedClients, stderr, signal } = options;
  const negativeProbes = unauthorizedClients ? collector.negativeTargets.length : 0;
  const progress = new Progress(
    stderr,
    negativeProbes === 0 ? 'ports looked at' : 'visits to ports',
    collector.targets.length + negativeProbes,
  );
  try {
    await observeOnce(collector, signal, () => progress.step());
    if (unauthorizedClients) {
      await negativeProbesOnce(collector, signal, () => progress.step());
    }
  } finally {
    progress.end();
  }
  if (signal.aborted) {
    throw interrupted();
  }
}
