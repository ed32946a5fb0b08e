import type { Instance } from '../cluster/inventory.js';
import type { CredentialFacts } from '../credentials/facts.js';
import { type Baseline, type Check, credentialKey } from './check.js';
import type { Finding } from './finding.js';
import { findingOf } from './finding-of.js';

const id = 'ca-unchanged';

export const caUnchanged: Check = {
  id,
  title: 'The CA file is still the one the process started with',
  severity: 'fail',
  description:
    'TiDB and PD read the CA once, at start: after a change they go on trusting the old one until they are restarted. TiKV takes a new CA together with a certificate whose modification time changed. The agent compares with the contents it saw first, and with the start of the process where it may look at it (same user, same PID namespace): a restart after the change settles the finding.',
  cure: 'Restart TiDB and PD one by one; for TiKV touch the certificate file.',
  verdicts: {
    fail: 'the CA file changed and what runs still trusts the old CA',
    warn: 'what runs may still trust the old CA',
  },
  run: (evidence) =>
    evidence.inventory.instances.flatMap((instance) => {
      const facts = evidence.credentials.get(credentialKey(instance));
      const baseline = evidence.baselines.get(credentialKey(instance));
      return facts?.caDigest === undefined || baseline === undefined ? [] : [judge(instance, facts, baseline)];
    }),
};

function judge(instance: Instance, facts: CredentialFacts, baseline: Baseline): Finding {
  const { caDigest, since, processStart } = baseline;
  const file = facts.paths.ca ?? '';
  const writtenAt = facts.caModifiedAt === undefined ? undefined : new Date(facts.caModifiedAt);
  const startedSince = processStart !== undefined && writtenAt !== undefined && processStart > writtenAt;
  const changed = facts.caDigest !== caDigest;
  const restart = instance.endpoints.some((endpoint) => endpoint.profile.caReload === 'restart');
  const cure = restart
    ? `restart ${instance.component} when every peer trusts the new CA`
    : 'touch the certificate file, so that the CA is read with it';
  const evidence = {
    file,
    since: since.toISOString(),
    ...(processStart === undefined ? {} : { processStart: processStart.toISOString() }),
    ...(writtenAt === undefined ? {} : { writtenAt: writtenAt.toISOString() }),
  };
  if (changed && !startedSince) {
    const trusts = restart ? 'what runs still trusts the old CA' : 'what runs may still trust the old CA';
    const message = `${file} changed after ${since.toISOString()}; ${trusts}${sharedName(facts, baseline)}${brokenLeaf(baseline)}`;
    const severe = restart || brokenLeaf(baseline) !== '';
    return findingOf(id, severe ? 'fail' : 'warn', instance, { message, cure, evidence });
  }
  if (!changed && processStart !== undefined && writtenAt !== undefined && writtenAt > processStart) {
    const message = `${file} was written ${writtenAt.toISOString()}, after the process started (${processStart.toISOString()}); unless its contents stayed the same, the process trusts the old CA`;
    return findingOf(id, 'warn', instance, { message, cure, evidence });
  }
  const message = changed ? 'the process was restarted after the CA file changed' : 'the CA file has not changed';
  return findingOf(id, 'pass', instance, { message, evidence });
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
    : `; the pair on disk is not good as ${bad.role} under the old CA, which peers still hold (${bad.code})`;
}
