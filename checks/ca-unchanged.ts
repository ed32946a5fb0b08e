import { type Check, credentialKey } from './check.js';
import { findingOf } from './finding-of.js';

const id = 'ca-unchanged';

export const caUnchanged: Check = {
  id,
  title: 'The CA file is still the one that was there at first sight',
  severity: 'fail',
  description:
    'TiDB and PD read the CA once, at start: after a change they go on trusting the old one until they are restarted. TiKV takes a new CA together with a certificate whose modification time changed.',
  cure: 'Restart TiDB and PD one by one; for TiKV touch the certificate file.',
  run: (evidence) =>
    evidence.inventory.instances.flatMap((instance) => {
      const facts = evidence.credentials.get(credentialKey(instance));
      const baseline = evidence.baselines.get(credentialKey(instance));
      if (facts?.caDigest === undefined || baseline === undefined) {
        return [];
      }
      if (facts.caDigest === baseline.caDigest) {
        return [findingOf(id, 'pass', instance, { message: 'the CA file has not changed' })];
      }
      const restart = instance.endpoints.some((endpoint) => endpoint.profile.caReload === 'restart');
      const message = `${facts.paths.ca} changed after ${baseline.since.toISOString()}; ${restart ? 'what runs still trusts the old CA' : 'what runs may still trust the old CA'}`;
      const cure = restart
        ? `restart ${instance.component} when every peer trusts the new CA`
        : 'touch the certificate file, so that the CA is read with it';
      return [
        findingOf(id, restart ? 'fail' : 'warn', instance, {
          message,
          cure,
          evidence: { since: baseline.since.toISOString() },
        }),
      ];
    }),
};
