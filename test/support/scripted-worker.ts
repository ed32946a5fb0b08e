import cluster from 'node:cluster';
import { inheritedPairs, reportToParent } from '../../agent/process/workers/child.js';

/**
 * A worker that does what the arguments say of it, one for each worker in the order of their starts, and over again:
 * - serves: listens, and ends well when told to stop
 * - breaks-draining: listens, and ends with status 1 when told to stop
 * - breaks-starting: never listens; told to stop it says that it cannot start, and ends with status 2
 */
const acts = process.argv.slice(2);
const act = acts[((cluster.worker?.id ?? 1) - 1) % acts.length];

process.on('SIGTERM', () => {
  if (act === 'breaks-starting') {
    reportToParent({ kind: 'failed', failure: { message: 'the address is in use', hint: 'see who holds it' } });
    process.exit(2);
  }
  process.exit(act === 'serves' ? 0 : 1);
});
await inheritedPairs();
if (act !== 'breaks-starting') {
  reportToParent({ kind: 'ready', addresses: [] });
}
