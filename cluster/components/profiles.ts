import { dmMaster } from './dm-master.js';
import { dmWorker } from './dm-worker.js';
import { microservices } from './microservices.js';
import { other } from './other-programs.js';
import { pd } from './pd.js';
import type { ComponentName, ComponentProfile } from './profile.js';
import { ticdc } from './ticdc.js';
import { tidb } from './tidb.js';
import { tiflash } from './tiflash.js';
import { tikv } from './tikv.js';
import { tikvCdc } from './tikv-cdc.js';
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
  'tikv-cdc': tikvCdc,
  'dm-master': dmMaster,
  'dm-worker': dmWorker,
  other,
};

/** Those with a page of their own in the docs: every real component. */
export const documentedProfiles: readonly ComponentProfile[] = Object.values(profiles).filter(
  ({ component }) => component !== 'other',
);
