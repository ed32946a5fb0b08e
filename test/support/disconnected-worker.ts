import { reportToParent } from '../../agent/process/workers/child.js';

// Like a worker that has drained: its channel is closed, and one report is still to come.
process.disconnect();
reportToParent({ kind: 'reloaded' });
