import { tellParent } from '../../agent/worker-side.js';

// As a worker that has drained: its channel is closed, and something is still to be told.
process.disconnect();
tellParent({ kind: 'reloaded' });
