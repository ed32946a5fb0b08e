import type { Ingest } from './scale-prometheus.js';
import type { Rendered } from './scale-registry.js';

/** By kind of port, the mean, the busiest, and how many ports are called from their own node alone. */
export type Kinds = ReadonlyMap<string, { readonly mean: Load; readonly most: Load; readonly alone: number }>;

export interface Figures {
  readonly variant: string;
  readonly kinds: Kinds;
  /** Ports that one agent probes. */
  readonly ports: number;
  /** Per hour. */
  readonly handshakesOfAgent: number;
  readonly rendered: Rendered;
  readonly ingest: Ingest | undefined;
}

/** What one hour of the real schedule does, of a few agents, held against the count. */
export interface Sample {
  readonly agents: number;
  /** Probes of one port by one agent. */
  readonly mean: number;
  readonly least: number;
  readonly most: number;
}

/** Of one port, per hour: how often agents come, and how many connections that makes. */
export interface Load {
  readonly negativeProbes: number;
  readonly connections: number;
}
