import { caReloadOf } from '../cluster/access/expectation.js';
import type { Instance } from '../cluster/inventory/inventory.js';
import { authorityText, isSameAuthority } from '../credentials/authority-name.js';
import type { CredentialFacts } from '../credentials/facts.js';
import { inItsWords } from '../credentials/verifiers/verifier.js';
import { caReloadRemediation, isAfterStart, namesDiffer } from './ca-in-memory.js';
import { isProvenLoaded } from './ca-proven.js';
import { renewalOf } from './ca-renewal.js';
import { type Baseline, type Check, credentialKey, type Evidence } from './check.js';
import { type Finding, findingOf, type Status } from './finding.js';

const id = 'ca-unchanged';

export const caUnchanged: Check = {
  id,
  title: 'The CA file is the one that the process started with',
  severity: 'fail',
  description:
    'TiDB and PD read the CA once, at their start. After a change they trust the old CA until they are restarted. TiKV reloads the CA together with a certificate whose modification time changed. The agent compares the file with the contents that it read first, and with the start time of the process where it can read that (same user, same PID namespace). The check passes when the process was restarted after the change, or when a server handshake names the new CAs and not the old ones. Where the CA is reloaded with the certificate, it also passes when the certificate file is newer than the CA file. A CA that was renewed with its key is no other CA: peers verify by the key, until the certificate that the process may hold expires.',
  remediation: 'Restart TiDB and PD one by one. For TiKV touch the certificate file.',
  statuses: {
    fail: 'the CA file changed and the running process still trusts the old CA, or the certificate does not verify under the old CA',
    warn: 'the running process may still trust the old CA, or hold a certificate of it that expires soon',
  },
  run: (evidence) =>
    evidence.inventory.instances.flatMap((instance) => {
      const facts = evidence.credentials.get(credentialKey(instance));
      const baseline = evidence.baselines.get(credentialKey(instance));
      return facts?.caDigest === undefined || baseline === undefined
        ? []
        : [evaluate({ instance, facts, baseline, evidence })];
    }),
};

/** The CA file of one instance. */
interface CaFile {
  readonly instance: Instance;
  readonly facts: CredentialFacts;
  readonly baseline: Baseline;
  readonly evidence: Evidence;
}

function evaluate(caFile: CaFile): Finding {
  const { instance, facts, baseline } = caFile;
  const { since, processStart } = baseline;
  const file = facts.paths.ca ?? '';
  const writtenAt = facts.caModifiedAt === undefined ? undefined : new Date(facts.caModifiedAt);
  const finding = (status: Status, message: string) =>
    findingOf(id, status, instance, {
      message,
      remediation: caReloadRemediation(instance, facts, readsCaAtStart(instance)),
      evidence: {
        file,
        since: since.toISOString(),
        ...(processStart === undefined ? {} : { processStart: processStart.toISOString() }),
        ...(writtenAt === undefined ? {} : { writtenAt: writtenAt.toISOString() }),
      },
    });
  const changed = facts.caDigest !== baseline.caDigest;
  const writtenSinceStart =
    processStart !== undefined && writtenAt !== undefined && isAfterStart(writtenAt.getTime(), processStart);
  if (!changed && !writtenSinceStart) {
    return finding('pass', 'the CA file has not changed');
  }
  const loaded = whyLoaded(caFile);
  if (loaded !== undefined) {
    return finding('pass', loaded);
  }
  const broken = brokenLeaf(baseline);
  const renewal = broken === '' ? renewalOf(facts, baseline, caFile.evidence.now) : undefined;
  if (renewal !== undefined) {
    return finding(renewal.status, renewal.message);
  }
  if (!changed) {
    return finding(
      'warn',
      `${file} was written ${writtenAt?.toISOString()}, after the process started (${processStart?.toISOString()}); unless its contents are the same, the process trusts the old CA`,
    );
  }
  const { sure, text } = trustOf(instance, processStart);
  return finding(
    sure || broken !== '' ? 'fail' : 'warn',
    `${file} changed after ${since.toISOString()}; ${text}${sharedName(facts, baseline)}${broken}`,
  );
}

/** What the running process trusts after a change of the file; sure only where it is known not to have restarted. */
function trustOf(
  instance: Instance,
  processStart: Date | undefined,
): { readonly sure: boolean; readonly text: string } {
  const reloads = instance.endpoints.map((endpoint) => caReloadOf(endpoint, instance));
  const sure = processStart !== undefined && reloads.includes('restart');
  const unless = processStart === undefined ? ', unless it was restarted since; its start time is unknown' : '';
  return { sure, text: `the running process ${sure ? 'still trusts' : 'may still trust'} the old CA${unless}` };
}

/** Why the process is known to have loaded the CA on disk; undefined without evidence for it. */
function whyLoaded({ instance, facts, baseline, evidence }: CaFile): string | undefined {
  const { ca = [], caDigest, caModifiedAt, certModifiedAt } = facts;
  const { ca: before = [], between = [], caDigest: earlier, since, processStart } = baseline;
  const { component, name } = instance;
  // A copy can keep the modification time of its original. A change that the agent observed is later than `since`.
  const changedAt = Math.max(caModifiedAt ?? Number.POSITIVE_INFINITY, caDigest === earlier ? 0 : since.getTime());
  if (processStart !== undefined && processStart.getTime() > changedAt) {
    return 'the process was restarted after the CA file changed';
  }
  if (!readsCaAtStart(instance) && certModifiedAt !== undefined && certModifiedAt > changedAt) {
    return 'the certificate file was written after the CA file, and the CA is reloaded with it';
  }
  const ofInstance = evidence.serverHandshakes.filter(
    (one) => one.instance.component === component && one.instance.name === name,
  );
  const naming = ofInstance.filter(
    ({ serverHandshake, endpoint }) =>
      serverHandshake.outcome === 'read' &&
      serverHandshake.authorities.length > 0 &&
      caReloadOf(endpoint, instance) === endpoint.profile.caReload,
  );
  // A name that the file had before may belong to another key.
  const isNew = [before, ...between].every(
    (former) =>
      namesDiffer(
        former.map(({ subjectDer }) => subjectDer),
        ca,
      ) !== undefined,
  );
  const named =
    naming.length > 0 &&
    naming.every(({ serverHandshake }) => namesDiffer(serverHandshake.authorities, ca) === undefined);
  if (named && isNew) {
    return 'the server handshake names the CAs of the file, which differ from the earlier ones';
  }
  return readsCaAtStart(instance) && isProvenLoaded(evidence, instance)
    ? 'the process names as many CAs as the file has, and accepts a certificate of each'
    : undefined;
}

function readsCaAtStart({ endpoints }: Instance): boolean {
  return endpoints.some(({ profile }) => profile.caReload === 'restart');
}

/** All CAs of TiUP have one name; a CA that is renewed has the key of the former certificate, too. */
function sharedName({ ca = [] }: CredentialFacts, { ca: before = [] }: Baseline): string {
  for (const one of ca) {
    const namesakes = before.filter(
      ({ subject, fingerprint }) => subject === one.subject && fingerprint !== one.fingerprint,
    );
    const former = namesakes.find((old) => isSameAuthority(old, one)) ?? namesakes[0];
    if (former !== undefined && !before.some(({ fingerprint }) => fingerprint === one.fingerprint)) {
      const key = isSameAuthority(former, one) ? 'the key' : 'the name, and not the key,';
      return `; the new CA ${authorityText(one)} has ${key} of the old one, ${authorityText(former)}`;
    }
  }
  return '';
}

function brokenLeaf({ underOldCa = [] }: Baseline): string {
  const bad = underOldCa.find(({ trusted, verifier }) => trusted === false && verifier !== 'openssl');
  return bad === undefined
    ? ''
    : `; the certificate on disk does not verify as ${bad.role} under the old CA, which peers may still hold (${inItsWords(bad)})`;
}
