import { caReloadOf } from '../cluster/access/expectation.js';
import type { Instance } from '../cluster/inventory/inventory.js';
import type { Certificate } from '../credentials/certificate.js';
import { namesDiffer } from './ca-names.js';
import { type Check, credentialKey, type EndpointServerHandshake, type Evidence } from './check.js';
import type { Finding } from './finding.js';
import { findingOf } from './finding-of.js';

const id = 'trusts-ca-on-disk';

export const trustsCaOnDisk: Check = {
  id,
  title: 'The CA a process trusts is the one on disk',
  severity: 'fail',
  description:
    'Go and gRPC ports name the CAs they hold in memory when they ask for a certificate, in clear text in TLS 1.2, to anybody. Compared with the CA file on disk, that shows a CA which was changed and not loaded. CAs that share one name, as all of TiUP do, cannot be told apart so; then the chain of a TiKV or TiFlash whose certificate file holds the leaf alone tells by the fingerprint of the CA that it ends in, which is the one in memory, and else `ca-unchanged` goes by times.',
  remediation:
    'Restart Go components when every peer trusts the new CA; for TiKV and TiFlash touch the certificate file.',
  results: {
    fail: 'what runs does not trust the CA on disk, or still trusts one that is gone',
    unknown: 'the CAs have one name, so that names tell nothing',
  },
  run: (evidence) => evidence.serverHandshakes.flatMap((entry) => evaluate(evidence, entry)),
};

function evaluate(
  evidence: Evidence,
  { instance, endpoint, serverHandshake }: EndpointServerHandshake,
): readonly Finding[] {
  const facts = evidence.credentials.get(credentialKey(instance));
  const onDisk = facts?.ca;
  if (onDisk === undefined || serverHandshake.outcome !== 'read') {
    return [];
  }
  const { caReload } = endpoint.profile;
  const remediation =
    caReload === 'restart'
      ? `restart ${instance.component} when every peer trusts the new CA`
      : 'touch the certificate file, so that the CA is read with it';
  const named = serverHandshake.authorities.length > 0;
  const ofNames = namesDiffer(serverHandshake.authorities, onDisk);
  if (ofNames !== undefined && caReloadOf(endpoint, instance) !== caReload) {
    const message = 'it names the CAs of its start, and may have taken others since';
    return [findingOf(id, 'unknown', instance, { endpoint, message, remediation: 'see ca-unchanged' })];
  }
  // A Go port sends its certificate file as it is; OpenSSL completes a leaf with the CA that is in memory.
  const root = caReload === 'restart' || facts?.chain?.length !== 1 ? undefined : rootOf(serverHandshake.chain);
  const differs = ofNames ?? (root === undefined ? undefined : rootDiffers(root, onDisk));
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
          message: 'it names the CAs of the file on disk, but another CA may have the same name',
          remediation: 'see ca-unchanged',
        }),
      ];
}

/** Whether the CA file may be another one than the process read at its start. */
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
