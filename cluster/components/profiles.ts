import { microservices } from './microservices.js';
import { pd } from './pd.js';
import type { ComponentName, ComponentProfile } from './profile.js';
import { ticdc } from './ticdc.js';
import { tidb } from './tidb.js';
import { tiflash } from './tiflash.js';
import { tikv } from './tikv.js';
import { tiproxy } from './tiproxy.js';

/** The profile of every component that this version supports. */
export const profiles: Readonly<Record<ComponentName, ComponentProfile>> = {
  tidb,
  pd,
  tikv,
  tiflash,
  ticdc,
  tiproxy,
  ...microservices,
};
