import { pd } from './pd.js';
import type { ComponentName, ComponentProfile } from './profile.js';
import { resourceManager } from './resource-manager.js';
import { router } from './router.js';
import { scheduling } from './scheduling.js';
import { ticdc } from './ticdc.js';
import { tidb } from './tidb.js';
import { tiflash } from './tiflash.js';
import { tikv } from './tikv.js';
import { tiproxy } from './tiproxy.js';
import { tso } from './tso.js';

/** Every component this version knows, by name. */
export const profiles: Readonly<Record<ComponentName, ComponentProfile>> = {
  tidb,
  pd,
  tikv,
  tiflash,
  ticdc,
  tiproxy,
  tso,
  scheduling,
  'resource-manager': resourceManager,
  router,
};
