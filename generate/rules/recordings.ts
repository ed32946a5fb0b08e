import { definitions } from '../../metrics/definitions.js';
import { cluster, file, least, port, type Recording } from './alert.js';
import { remaining } from './expiry.js';
import { failed, worst } from './findings.js';

/** What only all agents together can say; the file is of use without the alerts, but for the last of them. */
export const clusterRecordings: readonly Recording[] = [
  {
    record: 'tidb_mtls:ca_fingerprints:count',
    expr: `count by (${cluster}) (count by (${cluster}, fingerprint) (${definitions.caInfo.name}{component!="agent"}))`,
  },
  {
    record: 'tidb_mtls:agents:count',
    expr: `count by (${cluster}, version) (count by (${cluster}, version, instance) (${definitions.buildInfo.name}))`,
  },
  // Each port once: it is verified when every agent that looks at it had an answer.
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
