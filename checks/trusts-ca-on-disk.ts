import { caReloadOf } from '../cluster/access/expectation.js';
import type { Instance } from '../cluster/inventory/inventory.js';
import { authorityName, authorityText, isSameAuthority } from '../credentials/authority-name.js';
import type { Certificate } from '../credentials/certificate.js';
import { caReloadRemediation, isAfterStart, namesDiffer, rootOf } from './ca-in-memory.js';
import { isProvenLoaded } from './ca-proven.js';
import { renewalOf } from './ca-renewal.js';
import { type Check, credentialKey, type EndpointServerHandshake, type Evidence } from './check.js';
import { type Finding, findingOf } from './finding.js';
import { urgencyOf } from './thresholds.js';

const id = 'trusts-ca-on-disk';

export const trustsCaOnDisk: Check = {
  id,
  title: 'Each process trusts the CA on disk',
  severity: 'fail',
  description:
    'The CertificateRequest of a Go or gRPC port names the CAs in its memory, in TLS 1.2 in clear text. The check compares these names with the CA file on disk, and so finds a CA that was changed and not loaded. Names cannot distinguish CAs that share one name, as all CAs of TiUP do. A TiKV or TiFlash whose certificate file holds only the leaf completes its chain with the CA in memory, and the check compares that CA by name and key. In the other cases `ca-unchanged` compares times.',
  remediation:
    'Restart Go components once every peer trusts the new CA. For TiKV and TiFlash touch the certificate file.',
  statuses: {
    fail: 'the running process does not trust the CA on disk, or still trusts a CA that was removed from the file',
    unknown: 'the old and the new CA may have the same name, so that names are no evidence',
  },
  run: (evidence) => evidence.serverHandshakes.flatMap((entry) => evaluate(evidence, entry)),
};

function evaluate(
  evidence: Evidence,
  { instance, endpoint, serverHandshake }: EndpointServerHandshake,
): readonly Finding[] {
  const facts = evidence.credentials.get(credentialKey(instance));
  const onDisk = facts?.ca;
  if (facts === undefined || onDisk === undefined || serverHandshake.outcome !== 'read') {
    return [];
  }
  const { caReload } = endpoint.profile;
  const remediation = caReloadRemediation(instance, facts, caReload === 'restart');
  const named = serverHandshake.authorities.length > 0;
  const byNames = namesDiffer(serverHandshake.authorities, onDisk);
  if (byNames !== undefined && caReloadOf(endpoint, instance) !== caReload) {
    const message = 'inconclusive: it names the CAs of its start, and may have loaded others since';
    return [findingOf(id, 'unknown', instance, { endpoint, message, remediation: 'see ca-unchanged' })];
  }
  // A Go port sends its certificate file unchanged. OpenSSL completes a single leaf with the CA in memory.
  const root = caReload === 'restart' || facts.chain?.length !== 1 ? undefined : rootOf(serverHandshake.chain);
  const differs = byNames ?? (root === undefined ? undefined : rootDiffers(root, onDisk, evidence.now));
  if (differs !== undefined) {
    return [findingOf(id, 'fail', instance, { endpoint, message: differs, remediation })];
  }
  if (root !== undefined) {
    return [findingOf(id, 'pass', instance, { endpoint, message: 'its chain ends in the CA on disk' })];
  }
  if (!named) {
    return [];
  }
  const unchanged = onDisk.every(({ commonNames }) => commonNames.length > 0) && !changedSince(evidence, instance);
  return unchanged || (caReload === 'restart' && isProvenLoaded(evidence, instance))
    ? [findingOf(id, 'pass', instance, { endpoint, message: 'it names the CAs of the file on disk' })]
    : [
        findingOf(id, 'unknown', instance, {
          endpoint,
          message: 'inconclusive: it names the CAs of the file on disk, but another CA may have the same name',
          remediation: 'see ca-unchanged',
        }),
      ];
}

/** Whether the CAs of the file may be others than those that the process read at its start. */
function changedSince({ credentials, baselines, now }: Evidence, instance: Instance): boolean {
  const facts = credentials.get(credentialKey(instance));
  const baseline = baselines.get(credentialKey(instance));
  if (facts === undefined || baseline === undefined) {
    return false;
  }
  const written = facts.caModifiedAt ?? 0;
  const afterStart = baseline.processStart !== undefined && isAfterStart(written, baseline.processStart);
  return (afterStart || baseline.caDigest !== facts.caDigest) && renewalOf(facts, baseline, now) === undefined;
}

function rootDiffers(root: Certificate, onDisk: readonly Certificate[], now: Date): string | undefined {
  if (onDisk.some(({ fingerprint }) => fingerprint === root.fingerprint)) {
    return undefined;
  }
  const ends = `its chain ends in ${authorityName(root, onDisk)}`;
  const renewed = onDisk.find((one) => isSameAuthority(one, root));
  if (renewed !== undefined) {
    const date = root.notAfter.toISOString().slice(0, 10);
    return urgencyOf(root, now) === 'fine'
      ? undefined
      : `${ends}, which is valid until ${date}; the CA file has it renewed with the same key: ${authorityText(renewed)}`;
  }
  const namesakes = onDisk.filter(({ subjectDer }) => subjectDer === root.subjectDer);
  return namesakes.length === 0
    ? `${ends}, which is not in the CA file`
    : `${ends}, and the CA file holds another CA of that name: ${namesakes.map(authorityText).join(' and ')}`;
}
