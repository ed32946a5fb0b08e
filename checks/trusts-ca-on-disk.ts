import type { Instance } from '../cluster/inventory.js';
import type { Certificate } from '../credentials/certificate.js';
import { type Check, credentialKey, type EndpointHello, type Evidence } from './check.js';
import type { Finding } from './finding.js';
import { findingOf } from './finding-of.js';

const id = 'trusts-ca-on-disk';

export const trustsCaOnDisk: Check = {
  id,
  title: 'The CA a process trusts is the one on disk',
  severity: 'fail',
  description:
    'Go and gRPC ports name the CAs they hold in memory when they ask for a certificate, in clear text in TLS 1.2, to anybody. Compared with the CA file on disk, that shows a CA which was changed and not loaded. CAs that share one name, as all of TiUP do, cannot be told apart so; then a served chain that ends in the CA itself may tell by its fingerprint, and else `ca-unchanged` goes by times.',
  cure: 'Restart Go components when every peer trusts the new CA; for TiKV and TiFlash touch the certificate file.',
  verdicts: {
    fail: 'what runs does not trust the CA on disk, or still trusts one that is gone',
    skip: 'the CAs have one name, so that names tell nothing',
  },
  run: (evidence) => evidence.hellos.flatMap((entry) => judge(evidence, entry)),
};

function judge(evidence: Evidence, { instance, endpoint, hello }: EndpointHello): readonly Finding[] {
  const onDisk = evidence.credentials.get(credentialKey(instance))?.ca;
  if (onDisk === undefined || hello.outcome !== 'read') {
    return [];
  }
  const cure =
    endpoint.profile.caReload === 'restart'
      ? `restart ${instance.component} when every peer trusts the new CA`
      : 'touch the certificate file, so that the CA is read with it';
  const differs = namesDiffer(hello.authorities, onDisk) ?? rootDiffers(hello.chain, onDisk);
  if (differs !== undefined) {
    return [findingOf(id, 'fail', instance, { endpoint, message: differs, cure })];
  }
  const [, ...above] = hello.chain;
  const rootShown = above.some((one) => onDisk.some(({ fingerprint }) => fingerprint === one.fingerprint));
  if (rootShown) {
    return [findingOf(id, 'pass', instance, { endpoint, message: 'its chain ends in the CA on disk' })];
  }
  if (hello.authorities.length === 0) {
    return [];
  }
  return onDisk.every(({ commonNames }) => commonNames.length > 0) && !changedSince(evidence, instance)
    ? [findingOf(id, 'pass', instance, { endpoint, message: 'it names the CAs of the file on disk' })]
    : [
        findingOf(id, 'skip', instance, {
          endpoint,
          message: 'it names the CAs of the file on disk, but another CA may have the same name',
          cure: 'see ca-unchanged',
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

function namesDiffer(authorities: readonly string[], onDisk: readonly Certificate[]): string | undefined {
  const inMemory = new Set(authorities);
  const inFile = new Set(onDisk.map(({ subjectDer }) => subjectDer));
  const missing = onDisk.filter(({ subjectDer }) => !inMemory.has(subjectDer)).map(({ subject }) => subject);
  const gone = [...inMemory].filter((name) => !inFile.has(name)).length;
  if (authorities.length === 0 || (missing.length === 0 && gone === 0)) {
    return undefined;
  }
  const lacks = missing.length === 0 ? '' : `does not trust ${[...new Set(missing)].join(' and ')} of the CA file`;
  const keeps =
    gone === 0
      ? ''
      : `trusts ${gone} CA${gone === 1 ? '' : 's'} that ${gone === 1 ? 'is' : 'are'} not in the CA file any more`;
  return `what runs ${[lacks, keeps].filter(Boolean).join(', and ')}`;
}

/** A self-issued certificate at the end of the chain that no CA in the file is. */
function rootDiffers(chain: readonly Certificate[], onDisk: readonly Certificate[]): string | undefined {
  const top = chain.length > 1 ? chain.at(-1) : undefined;
  const isRoot = top !== undefined && top.subject === top.issuer && top.isCertificateAuthority;
  return isRoot && !onDisk.some(({ fingerprint }) => fingerprint === top.fingerprint)
    ? `its chain ends in ${top.subject}, and the CA of that name on disk has another key`
    : undefined;
}
