import type { Logger } from 'pino';
import type { AgentMetrics } from '../../metrics/agent-metrics.js';
import type { AgentConfig } from '../config/agent-config.js';
import type { EventStore } from './event-store.js';

export interface SidecarOptions {
  /** Called at each reload; throws when the configuration is bad, and the previous one stays in use. */
  readonly readConfig: () => AgentConfig;
  readonly metrics: AgentMetrics;
  readonly logger: Logger;
  readonly history: EventStore;
  readonly now: () => Date;
  /** Milliseconds between two sweeps of file digests. */
  readonly sweepInterval: number;
}
