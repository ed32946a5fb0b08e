import { namesEnforced } from '../../cluster/access/expectation.js';
import { formatOrigin } from '../../cluster/documents/origin.js';
import type { Finding } from '../finding.js';
import { rejectionText } from '../identity.js';
import { reasonOf } from './reasons.js';
import type { Scene } from './scene.js';

/** Why a server rejected a caller that its configuration accepts, in words, and what to do. */
export function fixOfRejection(
  scene: Scene,
  finding: Finding,
): { readonly reason: string; readonly fixes: readonly string[] } {
  const entry = scene.observationOf(finding);
  if (entry === undefined) {
    return { reason: finding.message, fixes: [finding.remediation] };
  }
  const { instance, endpoint, observation } = entry;
  const { component } = instance;
  const reason = reasonOf(observation.rejection?.name);
  const words = reason === undefined ? rejectionText(observation) : `${reason.words} (${rejectionText(observation)})`;
  const list = endpoint.allowList;
  const byName = observation.rejection?.by === 'rpc-status' || observation.rejection?.by === 'http-status';
  if (list === 'unknown') {
    return {
      reason: words,
      fixes: [
        `if ${component} has an allow-list, compare its names with the Common Name of ${finding.identity}`,
        ...(reason === undefined ? [] : [reason.fix]),
      ],
    };
  }
  if (byName) {
    return {
      reason: words,
      fixes: [
        namesEnforced(endpoint, instance) && typeof list !== 'string'
          ? `the allow-list at ${formatOrigin(list.origin)} holds the name, and the running ${component} compares another: restart ${component}`
          : `no allow-list is configured, and the running ${component} compares one: set the list of its callers in the file, then restart ${component}`,
      ],
    };
  }
  return {
    reason: words,
    fixes: [
      reason?.fix ??
        `the name is ${namesEnforced(endpoint, instance) ? 'in the allow-list' : 'not compared'}: read the log of ${component} for the rejected handshake`,
      `compare the CA file of ${component} with the CA that issued the certificate of ${finding.identity}, by fingerprint`,
      `restart ${component} if its CA file or its list changed after it started`,
    ],
  };
}
