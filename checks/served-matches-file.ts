import type { ReloadRule } from '../cluster/components/profile.js';
import type { Instance } from '../cluster/inventory/inventory.js';
import { type Check, credentialKey, type EndpointObservation, type Evidence } from './check.js';
import { type Finding, findingOf } from './finding.js';
import { latestChains } from './latest-chains.js';
import { reloadDeadline, reloadRuleOf } from './reload-deadline.js';
import { servedAndOnDisk } from './served-and-on-disk.js';

const id = 'served-matches-file';

/** What makes a port load the file on disk, by its reload rule. */
export const reloadRemediations: Readonly<Record<ReloadRule, string>> = {
  'every-handshake':
    'this port reads its files at every handshake: check whether the process uses this file, or restart it',
  'certificate-mtime': 'touch the certificate file: this port reads it again only when its modification time changes',
  'failed-handshake':
    'this port reloads after a failed handshake if the modification time changed: touch the certificate file, then make a handshake fail with openssl s_client -connect HOST:PORT -no-CAfile -no-CApath -verify_return_error; or restart it',
  poll: 'wait: this port checks its files every two seconds, and uses them at the next connection; else restart it',
  hourly: 'wait: this port reloads once an hour; or make it reload its configuration',
  restart: 'restart the component: this port reads its files only at its start',
};

export const servedMatchesFile: Check = {
  id,
  title: 'Each port serves the certificate on disk',
  severity: 'fail',
  description:
    'A rotation is complete on a port when the fingerprint served equals the one in the file. Components reload at different times. Until the reload deadline of the port the finding says `reloading`; after it the check fails. The fix depends on the port.',
  remediation: 'The finding names the fix for its port.',
  statuses: {
    fail: 'the port serves another certificate than the one on disk, after its reload deadline',
    unknown: 'the reload deadline is not reached, or a copy of the file is still being distributed',
  },
  run: (evidence) => latestChains(evidence.observations).flatMap((entry) => evaluate(entry, evidence)),
};

function evaluate(
  { instance, endpoint, observation, servedSince = observation.at }: EndpointObservation,
  { credentials, now }: Evidence,
): readonly Finding[] {
  const facts = credentials.get(credentialKey(instance));
  const changedAt = facts?.certModifiedAt ?? 0;
  const [onDisk] = facts?.chain ?? [];
  const [served] = observation.peerChain;
  // An observation older than the file's change says nothing about the file.
  if (onDisk === undefined || served === undefined || observation.at.getTime() < changedAt) {
    return [];
  }
  if (onDisk.fingerprint === served.fingerprint) {
    return [findingOf(id, 'pass', instance, { endpoint, message: 'serves the certificate on disk' })];
  }
  const rule = reloadRuleOf(endpoint, instance);
  const portIsAhead = served.notBefore > onDisk.notBefore;
  const pending =
    reloadPending(reloadDeadline(rule, changedAt), now) ??
    copyPending(instance, { file: new Date(changedAt), port: servedSince, portIsAhead }, now);
  if (pending !== undefined) {
    return [findingOf(id, 'unknown', instance, { endpoint, message: pending })];
  }
  return [
    findingOf(id, 'fail', instance, {
      endpoint,
      message: servedAndOnDisk(served, onDisk),
      remediation: reloadRemediations[rule],
      evidence: {
        served: served.fingerprint,
        onDisk: onDisk.fingerprint,
        file: facts?.paths.cert ?? '',
        since: new Date(changedAt).toISOString(),
      },
    }),
  ];
}

function reloadPending(deadline: Date | undefined, now: Date): string | undefined {
  return deadline !== undefined && deadline > now
    ? `reloading: this port must serve the certificate on disk by ${deadline.toISOString()}`
    : undefined;
}

/** A component that reads its own copy of the files may serve an older or a newer certificate until the copies are equal. */
function copyPending(
  { copyDelay }: Instance,
  change: { readonly file: Date; readonly port: Date; readonly portIsAhead: boolean },
  now: Date,
): string | undefined {
  if (copyDelay === undefined) {
    return undefined;
  }
  const until = new Date((change.portIsAhead ? change.port : change.file).getTime() + copyDelay);
  if (now >= until) {
    return undefined;
  }
  return change.portIsAhead
    ? `reloading: serves a newer certificate than the file here, which must be updated by ${until.toISOString()}`
    : `reloading: its copy of the files must be updated by ${until.toISOString()}`;
}
