import { definitions } from '../../metrics/definitions.js';
import { cluster, file, least, port, type Recording } from './alert.js';
import { remaining } from './expiry.js';
import { failed, worst } from './findings.js';

/** Figures of a whole cluster, from all its agents. All but the last work without the alert rules. */
export const clusterRecordings: readonly Recording[] = [
  {
    record: 'tidb_mtls:cas_in_use:count',
    expr: `count by (${cluster}) (count by (${cluster}, key_fingerprint) (${definitions.caNotAfter.name}{in_use="true",component!="agent"}))`,
  },
  {
    record: 'tidb_mtls:agents:count',
    expr: `count by (${cluster}, version) (count by (${cluster}, version, instance) (${definitions.buildInfo.name}))`,
  },
  // Each port counts once. It is verified when every agent that probes it had an answer.
  {
    record: 'tidb_mtls:endpoints:count',
    expr: `count by (${cluster}, component) (${worst('endpoint-answers', port)})`,
  },
  {
    record: 'tidb_mtls:endpoints_unverified:count',
    expr: `count by (${cluster}, component) (${worst('endpoint-answers', port)} > 0) or 0 * count by (${cluster}, component) (${worst('endpoint-answers', port)})`,
  },
  {
    record: 'tidb_mtls:findings_failed:count',
    expr: `count by (${cluster}, check) (max by (${file}, endpoint, identity, check) (${definitions.findingStatus.name}) == ${failed})`,
  },
  {
    record: 'tidb_mtls:certificate_remaining_seconds:min',
    expr: least(`${cluster}, component`, remaining),
  },
];
