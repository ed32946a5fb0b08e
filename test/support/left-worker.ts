import { reportToParent } from '../../agent/process/workers/child.js';

// As a worker that has drained: its channel is closed, and something is still to be told.
process.disconnect();
reportToParent({ kind: 'reloaded' });
