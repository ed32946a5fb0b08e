import type { Incident } from '../../checks/causes/cause.js';
import type { EndpointObservation } from '../../checks/check.js';
import type { Finding } from '../../checks/finding.js';
import type { Matrix } from '../../cluster/access/matrix.js';
import type { Endpoint, Instance, Inventory } from '../../cluster/inventory/inventory.js';
import type { ConfiguredPaths } from '../../credentials/paths.js';
import type { CredentialEntry } from '../../metrics/credential-metrics.js';
import type { IdentityName } from '../../probes/observation.js';
import type { ProbeRun } from '../collect/probe-runs.js';
import type { ChangeEvent } from '../sidecar/event-store.js';

/** The data of page and API, read at each request. */
export interface AgentView {
  now(): Date;
  readonly startedAt: Date;
  readonly version: string;
  ready(): boolean;
  /** Whether findings and metrics are older than they may be. */
  isStuck(): boolean;
  findings(): readonly Finding[];
  /** Worst first. */
  incidents(): readonly Incident[];
  /** Since when this process knows of an incident. */
  incidentSince(incident: Incident): Date | undefined;
  observations(): readonly EndpointObservation[];
  inventory(): Inventory;
  matrix(): Matrix;
  credentials(): readonly CredentialEntry[];
  /** Oldest first. */
  events(): readonly ChangeEvent[];
  /** When a finding took its status. */
  since(finding: Finding): Date | undefined;
  /** The results of a port's probes since the agent started, latest first. */
  runs(instance: Instance, endpoint: Endpoint): readonly ProbeRun[];
  /** The credential files of an identity; undefined for one that has none on disk. */
  pathsOf(identity: IdentityName): ConfiguredPaths | undefined;
}
