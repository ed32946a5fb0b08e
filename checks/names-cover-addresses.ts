import { formatOrigin } from '../cluster/documents/origin.js';
import { type Check, credentialKey } from './check.js';
import { findingOf } from './finding-of.js';

const id = 'names-cover-addresses';

export const namesCoverAddresses: Check = {
  id,
  title: 'The certificate is good for every advertised address',
  severity: 'fail',
  description:
    "Callers verify the host they were told against the certificate's subject alternative names; a Common Name does not count. The address a status port advertises is the one most often forgotten.",
  remediation: 'Issue the certificate with the missing name or IP address among its SANs.',
  results: { fail: 'an advertised host is not among the SANs' },
  run: (evidence) =>
    evidence.inventory.instances.flatMap((instance) => {
      const leaf = evidence.credentials.get(credentialKey(instance))?.chain?.[0];
      if (leaf === undefined) {
        return [];
      }
      const { dns, ip } = leaf.subjectAltNames;
      return instance.advertisedHosts.map(({ value: host, origin }) => {
        if (leaf.coversHost(host)) {
          return findingOf(id, 'pass', instance, { message: `the certificate covers ${host}` });
        }
        const names = [...dns, ...ip];
        const message = `the certificate does not cover ${host}, which ${formatOrigin(origin)} advertises; it is for ${names.join(', ') || 'no name at all'}`;
        return findingOf(id, 'fail', instance, {
          message,
          remediation: `issue it anew with ${host} among its SANs`,
          evidence: { host, names },
        });
      });
    }),
};
