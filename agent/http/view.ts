import type { EndpointObservation } from '../../checks/check.js';
import type { Finding } from '../../checks/finding.js';
import type { Inventory } from '../../cluster/inventory.js';
import type { Matrix } from '../../cluster/matrix.js';
import type { CredentialEntry } from '../../metrics/agent-metrics.js';
import type { HistoryEvent } from '../history.js';

/** What page and API show; read at each request. */
export interface AgentView {
  now(): Date;
  readonly startedAt: Date;
  readonly version: string;
  ready(): boolean;
  findings(): readonly Finding[];
  observations(): readonly EndpointObservation[];
  inventory(): Inventory;
  matrix(): Matrix;
  credentials(): readonly CredentialEntry[];
  /** Oldest first. */
  events(): readonly HistoryEvent[];
}
