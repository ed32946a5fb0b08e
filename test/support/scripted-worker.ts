import cluster from 'node:cluster';
import { inheritedCredentials, reportToParent } from '../../agent/process/workers/child.js';

/**
 * A worker that acts as its argument says; the arguments are taken in the order in which workers start, and repeat:
 * - serves: listens, and exits with status 0 on SIGTERM
 * - breaks-draining: listens, and exits with status 1 on SIGTERM
 * - breaks-starting: never listens; on SIGTERM it reports that it cannot start, and exits with status 2
 */
const acts = process.argv.slice(2);
const act = acts[((cluster.worker?.id ?? 1) - 1) % acts.length];

process.on('SIGTERM', () => {
  if (act === 'breaks-starting') {
    reportToParent({
      kind: 'failed',
      failure: { message: 'the address is in use', hint: 'ss -ltnp shows the process' },
    });
    process.exit(2);
  }
  process.exit(act === 'serves' ? 0 : 1);
});
await inheritedCredentials();
if (act !== 'breaks-starting') {
  reportToParent({ kind: 'ready', addresses: [] });
}
