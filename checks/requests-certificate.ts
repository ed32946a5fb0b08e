import { clientCertificateAsked } from '../cluster/access/expectation.js';
import type { Endpoint, Instance } from '../cluster/inventory/inventory.js';
import type { Check, EndpointServerHandshake } from './check.js';
import type { Finding } from './finding.js';
import { findingOf } from './finding-of.js';

const id = 'requests-certificate';

export const requestsCertificate: Check = {
  id,
  title: 'Each port asks for a certificate where its configuration says so',
  severity: 'fail',
  description:
    'Whether a port asks its callers for a certificate can be read from its first flight of TLS 1.2, in clear text, without a credential. A port that does not ask refuses nobody; one that asks need not refuse, which `rejects-unauthorized` tries. Where the file has a list and the port does not ask, the process runs with other settings than its file has.',
  remediation: 'Restart the component, so that it runs with its file.',
  results: {
    fail: 'the port does not ask, though its configuration makes it ask',
    warn: 'it asks, though its configuration would not make it ask',
    unknown: 'its first flight could not be read',
  },
  run: ({ serverHandshakes }) => serverHandshakes.flatMap(evaluate),
};

function evaluate({ instance, endpoint, serverHandshake }: EndpointServerHandshake): readonly Finding[] {
  const asks = serverHandshake.requestsCertificate;
  if (asks === undefined) {
    return [findingOf(id, 'unknown', instance, { endpoint, message: `not known: ${serverHandshake.detail}` })];
  }
  const expected = expectation(endpoint, instance);
  const says = asks ? 'asks callers for a certificate' : 'asks nobody for a certificate';
  if (expected === undefined || expected === asks) {
    return [findingOf(id, 'pass', instance, { endpoint, message: says })];
  }
  const message = `${says}, though its configuration ${expected ? 'makes it ask' : 'would not make it ask'}`;
  const remediation = `restart ${instance.component}, so that it runs with its file`;
  return [findingOf(id, expected ? 'fail' : 'warn', instance, { endpoint, message, remediation })];
}

/** Undefined where nobody told the list, or where asking does not depend on it. */
function expectation(endpoint: Endpoint, instance: Instance): boolean | undefined {
  const { callers } = endpoint.profile;
  if (callers.verifiesIfGiven === true) {
    return undefined;
  }
  const known = callers.clientCertificate === 'always' || endpoint.allowList !== 'unknown';
  return known && endpoint.scheme === 'https' ? clientCertificateAsked(endpoint, instance) : undefined;
}
