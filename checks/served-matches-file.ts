import type { ReloadRule } from '../cluster/components/profile.js';
import type { Instance } from '../cluster/inventory/inventory.js';
import { latestChains } from './certificate-validity.js';
import { type Check, credentialKey } from './check.js';
import { findingOf } from './finding-of.js';
import { reloadDeadline, reloadRuleOf } from './reload-deadline.js';

const id = 'served-matches-file';

const remediations: Readonly<Record<ReloadRule, string>> = {
  'every-handshake':
    'this port reads its files at every handshake: see whether the process runs with this file, or restart it',
  'certificate-mtime': 'touch the certificate file: this port looks again only when its modification time changes',
  'failed-handshake':
    'this port looks after a failed handshake, and only at a file with a new time: touch the certificate file, then connect to it and close at once; or restart it',
  poll: 'wait: this port looks at its files every two seconds, and uses them at the next connection; else restart it',
  hourly: 'wait: this port reads its files once an hour; or have it read its configuration again',
  restart: 'restart the component: this port reads its files only then',
};

export const servedMatchesFile: Check = {
  id,
  title: 'The certificate a port serves is the one on disk',
  severity: 'fail',
  description:
    'A rotation has arrived when the fingerprint served equals the one in the file. Components re-read at different moments: before the moment of the port the answer is `reloading`, after it a failure, and the cure depends on the port.',
  remediation: 'What the finding says for its port.',
  results: {
    fail: 'the port serves another certificate than the one on disk, past its moment',
    unknown: 'the port is within its time to take the new one, or a copy of the file is under way',
  },
  run: (evidence) =>
    latestChains(evidence.observations).flatMap(({ instance, endpoint, observation, servedSince = observation.at }) => {
      const facts = evidence.credentials.get(credentialKey(instance));
      const [onDisk] = facts?.chain ?? [];
      const [served] = observation.peerChain;
      // An observation older than the file's change says nothing about the file.
      if (onDisk === undefined || served === undefined || observation.at.getTime() < (facts?.certModifiedAt ?? 0)) {
        return [];
      }
      if (onDisk.fingerprint === served.fingerprint) {
        return [findingOf(id, 'pass', instance, { endpoint, message: 'serves the certificate on disk' })];
      }
      const rule = reloadRuleOf(endpoint, instance);
      const deadline = reloadDeadline(rule, facts?.certModifiedAt ?? 0);
      if (deadline !== undefined && deadline > evidence.now) {
        const message = `reloading: this port takes the certificate on disk by ${deadline.toISOString()}`;
        return [findingOf(id, 'unknown', instance, { endpoint, message })];
      }
      const portIsAhead = served.notBefore > onDisk.notBefore;
      const change = { file: new Date(facts?.certModifiedAt ?? 0), port: servedSince, portIsAhead };
      const waiting = arriving(instance, change, evidence.now);
      if (waiting !== undefined) {
        return [findingOf(id, 'unknown', instance, { endpoint, message: waiting })];
      }
      const message = `serves the certificate ending ${served.notAfter.toISOString()}, on disk is the one ending ${onDisk.notAfter.toISOString()}`;
      const since = new Date(facts?.certModifiedAt ?? 0).toISOString();
      const evidenceOf = {
        served: served.fingerprint,
        onDisk: onDisk.fingerprint,
        file: facts?.paths.cert ?? '',
        since,
      };
      return [
        findingOf(id, 'fail', instance, {
          endpoint,
          message,
          remediation: remediations[rule],
          evidence: evidenceOf,
        }),
      ];
    }),
};

/** Where the component reads a copy of its own, one of the two copies is the older one for a while. */
function arriving(
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
    ? `serves a newer certificate than the file here, whose copy has until ${until.toISOString()} to arrive`
    : `its copy of the new files has until ${until.toISOString()} to arrive`;
}
