import { formatOrigin } from '../cluster/documents/origin.js';
import { hostNamesOf } from '../credentials/certificate-text.js';
import { coversHostForGo } from '../credentials/go-host-names.js';
import { type Check, credentialKey } from './check.js';
import { findingOf } from './finding.js';

const id = 'names-cover-addresses';

export const namesCoverAddresses: Check = {
  id,
  title: 'The certificate covers every advertised address',
  severity: 'fail',
  description:
    "Callers compare the advertised host with the certificate's subject alternative names; the Common Name does not count, a wildcard stands for a whole label, and an IP address has to be a SAN of type IP. The advertised address of a status port is the one that is most often missing.",
  remediation: 'Issue the certificate with the missing name or IP address among its SANs.',
  statuses: { fail: 'the SANs do not cover an advertised host' },
  run: (evidence) =>
    evidence.inventory.instances.flatMap((instance) => {
      const facts = evidence.credentials.get(credentialKey(instance));
      const leaf = facts?.chain?.[0];
      if (leaf === undefined) {
        return [];
      }
      return instance.advertisedHosts.map(({ value: host, origin }) => {
        if (leaf.coversHost(host)) {
          return findingOf(id, 'pass', instance, { message: `the certificate covers ${host}` });
        }
        const names = hostNamesOf(leaf);
        const lacking = coversHostForGo(leaf, host)
          ? `covers ${host} for callers that are Go alone, since gRPC C-core and OpenSSL want two labels after a wildcard; ${formatOrigin(origin)} advertises it`
          : `does not cover ${host}, which ${formatOrigin(origin)} advertises`;
        const message = `the certificate ${lacking}; its SANs are ${names.join(', ') || 'empty'}`;
        return findingOf(id, 'fail', instance, {
          message,
          remediation: `issue the certificate again with ${host} among its SANs`,
          evidence: { file: facts?.paths.cert ?? '', host, names },
        });
      });
    }),
};
