import { pd } from './pd.js';
import type { ComponentName, ComponentProfile } from './profile.js';
import { tidb } from './tidb.js';
import { tikv } from './tikv.js';

/** Every component this version knows, by name. */
export const profiles: Readonly<Record<ComponentName, ComponentProfile>> = { tidb, pd, tikv };
