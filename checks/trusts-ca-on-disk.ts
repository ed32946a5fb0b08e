import { caReloadOf } from '../cluster/access/expectation.js';
import type { Instance } from '../cluster/inventory/inventory.js';
import type { Certificate } from '../credentials/certificate.js';
import { caReloadRemediation, namesDiffer } from './ca-in-memory.js';
import { type Check, credentialKey, type EndpointServerHandshake, type Evidence } from './check.js';
import { type Finding, findingOf } from './finding.js';

const id = 'trusts-ca-on-disk';

export const trustsCaOnDisk: Check = {
  id,
  title: 'Each process trusts the CA on disk',
  severity: 'fail',
  description:
    'The CertificateRequest of a Go or gRPC port names the CAs in its memory, in TLS 1.2 in clear text. The check compares these names with the CA file on disk, and so finds a CA that was changed and not loaded. Names cannot distinguish CAs that share one name, as all CAs of TiUP do. A TiKV or TiFlash whose certificate file holds only the leaf completes its chain with the CA in memory, and the check compares the fingerprint of that CA. In the other cases `ca-unchanged` compares times.',
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
  const differs = byNames ?? (root === undefined ? undefined : rootDiffers(root, onDisk));
  if (differs !== undefined) {
    return [findingOf(id, 'fail', instance, { endpoint, message: differs, remediation })];
  }
  if (root !== undefined) {
    return [findingOf(id, 'pass', instance, { endpoint, message: 'its chain ends in the CA on disk' })];
  }
  if (!named) {
    return [];
  }
  return onDisk.every(({ commonNames }) => commonNames.length > 0) && !changedSince(evidence, instance)
    ? [findingOf(id, 'pass', instance, { endpoint, message: 'it names the CAs of the file on disk' })]
    : [
        findingOf(id, 'unknown', instance, {
          endpoint,
          message: 'inconclusive: it names the CAs of the file on disk, but another CA may have the same name',
          remediation: 'see ca-unchanged',
        }),
      ];
}

/** Whether the CA file may differ from the one that the process read at its start. */
function changedSince({ credentials, baselines }: Evidence, instance: Instance): boolean {
  const facts = credentials.get(credentialKey(instance));
  const baseline = baselines.get(credentialKey(instance));
  const written = facts?.caModifiedAt ?? 0;
  const afterStart = baseline?.processStart !== undefined && written > baseline.processStart.getTime();
  return afterStart || (baseline !== undefined && baseline.caDigest !== facts?.caDigest);
}

/** The self-issued certificate that a chain ends in. */
function rootOf(chain: readonly Certificate[]): Certificate | undefined {
  const top = chain.length > 1 ? chain.at(-1) : undefined;
  return top !== undefined && top.subject === top.issuer && top.isCertificateAuthority ? top : undefined;
}

function rootDiffers(root: Certificate, onDisk: readonly Certificate[]): string | undefined {
  if (onDisk.some(({ fingerprint }) => fingerprint === root.fingerprint)) {
    return undefined;
  }
  const sameName = onDisk.some(({ subjectDer }) => subjectDer === root.subjectDer);
  const differs = sameName ? 'is another certificate than the one of that name' : 'is not';
  return `its chain ends in ${root.subject}, which ${differs} in the CA file`;
}
