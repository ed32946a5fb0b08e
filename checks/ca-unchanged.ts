import { caReloadOf } from '../cluster/access/expectation.js';
import type { Instance } from '../cluster/inventory/inventory.js';
import type { CredentialFacts } from '../credentials/facts.js';
import { namesDiffer } from './ca-names.js';
import { type Baseline, type Check, credentialKey, type EndpointServerHandshake } from './check.js';
import type { Finding } from './finding.js';
import { findingOf } from './finding-of.js';

const id = 'ca-unchanged';

export const caUnchanged: Check = {
  id,
  title: 'The CA file is still the one the process started with',
  severity: 'fail',
  description:
    'TiDB and PD read the CA once, at start: after a change they go on trusting the old one until they are restarted. TiKV takes a new CA together with a certificate whose modification time changed. The agent compares with the contents it saw first, and with the start of the process where it may look at it (same user, same PID namespace): a restart after the change settles the finding, and so do a port that names the new CAs and not the old ones, and, where the CA is read with the certificate, a certificate file that was written after it.',
  remediation: 'Restart TiDB and PD one by one; for TiKV touch the certificate file.',
  results: {
    fail: 'the CA file changed and what runs still trusts the old CA, or the pair is not good under that one',
    warn: 'what runs may still trust the old CA',
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
  const takes = instance.endpoints.map((endpoint) => caReloadOf(endpoint, instance));
  const restart = instance.endpoints.some(({ profile }) => profile.caReload === 'restart');
  const remediation = restart
    ? `restart ${instance.component} when every peer trusts the new CA`
    : 'touch the certificate file, so that the CA is read with it';
  const evidence = {
    file,
    since: since.toISOString(),
    ...(processStart === undefined ? {} : { processStart: processStart.toISOString() }),
    ...(writtenAt === undefined ? {} : { writtenAt: writtenAt.toISOString() }),
  };
  const writtenSinceStart = processStart !== undefined && writtenAt !== undefined && writtenAt > processStart;
  const taken =
    changed || writtenSinceStart
      ? howTaken(instance, facts, baseline, serverHandshakes)
      : 'the CA file has not changed';
  if (taken !== undefined) {
    return findingOf(id, 'pass', instance, { message: taken, evidence });
  }
  if (!changed) {
    const message = `${file} was written ${writtenAt?.toISOString()}, after the process started (${processStart?.toISOString()}); unless its contents stayed the same, the process trusts the old CA`;
    return findingOf(id, 'warn', instance, { message, remediation, evidence });
  }
  const sure = processStart !== undefined && takes.includes('restart');
  const unseen = processStart === undefined ? ', unless it was restarted since, which cannot be seen from here' : '';
  const trusts = `${sure ? 'what runs still trusts the old CA' : 'what runs may still trust the old CA'}${unseen}`;
  const message = `${file} changed after ${since.toISOString()}; ${trusts}${sharedName(facts, baseline)}${brokenLeaf(baseline)}`;
  const severe = sure || brokenLeaf(baseline) !== '';
  return findingOf(id, severe ? 'fail' : 'warn', instance, { message, remediation, evidence });
}

/** How what runs came to have the CA on disk; undefined where nothing shows that it has. */
function howTaken(
  instance: Instance,
  { ca = [], caDigest, caModifiedAt, certModifiedAt }: CredentialFacts,
  { ca: before = [], between = [], caDigest: earlier, since, processStart }: Baseline,
  serverHandshakes: readonly EndpointServerHandshake[],
): string | undefined {
  const { component, name, endpoints } = instance;
  const restart = endpoints.some(({ profile }) => profile.caReload === 'restart');
  // A copy may keep the time of its original: what changed under the agent's eyes did so after it first looked.
  const changedAt = Math.max(caModifiedAt ?? Number.POSITIVE_INFINITY, caDigest === earlier ? 0 : since.getTime());
  if (processStart !== undefined && processStart.getTime() > changedAt) {
    return 'the process was restarted after the CA file changed';
  }
  if (!restart && certModifiedAt !== undefined && certModifiedAt > changedAt) {
    return 'the certificate file was written after the CA file, which is read with it';
  }
  const agent = serverHandshakes.filter((one) => one.instance.component === component && one.instance.name === name);
  const tell = agent.filter(
    ({ serverHandshake, endpoint }) =>
      serverHandshake.outcome === 'read' &&
      serverHandshake.authorities.length > 0 &&
      caReloadOf(endpoint, instance) === endpoint.profile.caReload,
  );
  // Names that the file had at any time before may be those of another key.
  const isNew = [before, ...between].every(
    (former) =>
      namesDiffer(
        former.map(({ subjectDer }) => subjectDer),
        ca,
      ) !== undefined,
  );
  const named =
    tell.length > 0 && tell.every(({ serverHandshake }) => namesDiffer(serverHandshake.authorities, ca) === undefined);
  return named && isNew ? 'what runs names the CAs of the file, which are not those of before' : undefined;
}

/** Every CA of TiUP has the same name, so that the names agree where the keys do not. */
function sharedName({ ca = [] }: CredentialFacts, { ca: before = [] }: Baseline): string {
  const shared = ca.find(({ subject, fingerprint }) =>
    before.some((old) => old.subject === subject && old.fingerprint !== fingerprint),
  );
  return shared === undefined ? '' : `; the new CA has the old one's name (${shared.subject}) and another key`;
}

function brokenLeaf({ underOldCa = [] }: Baseline): string {
  const bad = underOldCa.find(({ trusted }) => !trusted);
  return bad === undefined
    ? ''
    : `; the pair on disk is not good as ${bad.role} under the old CA, which peers may still hold (${bad.code})`;
}
