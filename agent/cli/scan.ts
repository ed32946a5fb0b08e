import type { Collector } from '../collect/collector.js';
import { negativeProbesOnce, observeOnce } from '../collect/cycle.js';
import { interrupted } from '../collect/interrupted.js';
import { Progress } from '../terminal/progress.js';

/** Probes every port once, with progress on `stderr`. Throws OperatorError when it is interrupted. */
export async function scan(
  collector: Collector,
  options: {
    /** Whether negative probes are sent, too. */
    readonly negativeProbes: boolean;
    readonly stderr: NodeJS.WritableStream;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { negativeProbes, stderr, signal } = options;
  const negative = negativeProbes ? collector.negativeTargets.length : 0;
  const progress = new Progress(
    stderr,
    negative === 0 ? 'ports probed' : 'probes done',
    collector.targets.length + negative,
  );
  try {
    await observeOnce(collector, signal, () => progress.step());
    if (negativeProbes) {
      await negativeProbesOnce(collector, signal, () => progress.step());
    }
  } finally {
    progress.end();
  }
  if (signal.aborted) {
    throw interrupted();
  }
}
