import { caReloadOf } from '../cluster/access/expectation.js';
import type { Instance } from '../cluster/inventory/inventory.js';
import type { CredentialFacts } from '../credentials/facts.js';
import { caReloadRemediation, namesDiffer } from './ca-in-memory.js';
import { type Baseline, type Check, credentialKey, type EndpointServerHandshake } from './check.js';
import { type Finding, findingOf } from './finding.js';

const id = 'ca-unchanged';

export const caUnchanged: Check = {
  id,
  title: 'The CA file is the one that the process started with',
  severity: 'fail',
  description:
    'TiDB and PD read the CA once, at their start. After a change they trust the old CA until they are restarted. TiKV reloads the CA together with a certificate whose modification time changed. The agent compares the file with the contents that it read first, and with the start time of the process where it can read that (same user, same PID namespace). The check passes after a restart that follows the change, after a server handshake that names the new CAs and not the old ones, and, where the CA is reloaded with the certificate, after the certificate file was written later than the CA file.',
  remediation: 'Restart TiDB and PD one by one. For TiKV touch the certificate file.',
  statuses: {
    fail: 'the CA file changed and the running process still trusts the old CA, or the certificate does not verify under the old CA',
    warn: 'the running process may still trust the old CA',
  },
  run: (evidence) =>
    evidence.inventory.instances.flatMap((instance) => {
      const facts = evidence.credentials.get(credentialKey(instance));
      const baseline = evidence.baselines.get(credentialKey(instance));
      return facts?.caDigest === undefined || baseline === undefined
        ? []
        : [evaluate(instance, facts, baseline, evidence.serverHandshakes)];
    }),
};

function evaluate(
  instance: Instance,
  facts: CredentialFacts,
  baseline: Baseline,
  serverHandshakes: readonly EndpointServerHandshake[],
): Finding {
  const { caDigest, since, processStart } = baseline;
  const file = facts.paths.ca ?? '';
  const writtenAt = facts.caModifiedAt === undefined ? undefined : new Date(facts.caModifiedAt);
  const changed = facts.caDigest !== caDigest;
  const reloads = instance.endpoints.map((endpoint) => caReloadOf(endpoint, instance));
  const remediation = caReloadRemediation(instance, readsCaAtStart(instance));
  const evidence = {
    file,
    since: since.toISOString(),
    ...(processStart === undefined ? {} : { processStart: processStart.toISOString() }),
    ...(writtenAt === undefined ? {} : { writtenAt: writtenAt.toISOString() }),
  };
  const writtenSinceStart = processStart !== undefined && writtenAt !== undefined && writtenAt > processStart;
  const loaded =
    changed || writtenSinceStart
      ? whyLoaded(instance, facts, baseline, serverHandshakes)
      : 'the CA file has not changed';
  if (loaded !== undefined) {
    return findingOf(id, 'pass', instance, { message: loaded, evidence });
  }
  if (!changed) {
    const message = `${file} was written ${writtenAt?.toISOString()}, after the process started (${processStart?.toISOString()}); unless its contents are the same, the process trusts the old CA`;
    return findingOf(id, 'warn', instance, { message, remediation, evidence });
  }
  const sure = processStart !== undefined && reloads.includes('restart');
  const unseen = processStart === undefined ? ', unless it was restarted since; its start time is unknown' : '';
  const trusts = `the running process ${sure ? 'still trusts' : 'may still trust'} the old CA${unseen}`;
  const message = `${file} changed after ${since.toISOString()}; ${trusts}${sharedName(facts, baseline)}${brokenLeaf(baseline)}`;
  const severe = sure || brokenLeaf(baseline) !== '';
  return findingOf(id, severe ? 'fail' : 'warn', instance, { message, remediation, evidence });
}

/** Why the process is known to have loaded the CA on disk; undefined without evidence for it. */
function whyLoaded(
  instance: Instance,
  { ca = [], caDigest, caModifiedAt, certModifiedAt }: CredentialFacts,
  { ca: before = [], between = [], caDigest: earlier, since, processStart }: Baseline,
  serverHandshakes: readonly EndpointServerHandshake[],
): string | undefined {
  const { component, name } = instance;
  // A copy can keep the modification time of its original. A change that the agent observed is later than `since`.
  const changedAt = Math.max(caModifiedAt ?? Number.POSITIVE_INFINITY, caDigest === earlier ? 0 : since.getTime());
  if (processStart !== undefined && processStart.getTime() > changedAt) {
    return 'the process was restarted after the CA file changed';
  }
  if (!readsCaAtStart(instance) && certModifiedAt !== undefined && certModifiedAt > changedAt) {
    return 'the certificate file was written after the CA file, and the CA is reloaded with it';
  }
  const ofInstance = serverHandshakes.filter(
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
  return named && isNew
    ? 'the server handshake names the CAs of the file, which differ from the earlier ones'
    : undefined;
}

function readsCaAtStart({ endpoints }: Instance): boolean {
  return endpoints.some(({ profile }) => profile.caReload === 'restart');
}

/** All CAs of TiUP have the same name: names can be equal where keys differ. */
function sharedName({ ca = [] }: CredentialFacts, { ca: before = [] }: Baseline): string {
  const shared = ca.find(({ subject, fingerprint }) =>
    before.some((old) => old.subject === subject && old.fingerprint !== fingerprint),
  );
  return shared === undefined ? '' : `; the new CA has the name of the old one (${shared.subject}) and another key`;
}

function brokenLeaf({ underOldCa = [] }: Baseline): string {
  const bad = underOldCa.find(({ trusted }) => !trusted);
  return bad === undefined
    ? ''
    : `; the certificate on disk does not verify as ${bad.role} under the old CA, which peers may still hold (${bad.code})`;
}
