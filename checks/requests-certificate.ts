import { clientCertificateAsked } from '../cluster/access/expectation.js';
import type { Endpoint, Instance } from '../cluster/inventory/inventory.js';
import type { Check, EndpointServerHandshake } from './check.js';
import { type Finding, findingOf } from './finding.js';

const id = 'requests-certificate';

export const requestsCertificate: Check = {
  id,
  title: 'Each port requests a client certificate where its configuration requires it',
  severity: 'fail',
  description:
    'A server that requests a client certificate sends a CertificateRequest. In TLS 1.2 the agent reads it from the server handshake in clear text, without a certificate of its own. A port that sends none accepts every client. A port that sends one may still accept every client, which `rejects-unauthorized` probes. Where the file has a list and the port sends no CertificateRequest, the process runs with other settings than its file has.',
  remediation: 'Restart the component, so that it uses its file.',
  statuses: {
    fail: 'the port sends no CertificateRequest, although its configuration requires one',
    warn: 'the port sends a CertificateRequest, although its configuration does not require one',
    unknown: 'the server handshake could not be read',
  },
  run: ({ serverHandshakes }) => serverHandshakes.flatMap(evaluate),
};

function evaluate({ instance, endpoint, serverHandshake }: EndpointServerHandshake): readonly Finding[] {
  const { requestsCertificate: requests, detail } = serverHandshake;
  if (requests === undefined) {
    return [findingOf(id, 'unknown', instance, { endpoint, message: `inconclusive: ${detail}` })];
  }
  const expected = expectation(endpoint, instance);
  const observed = requests ? 'requests a client certificate' : 'requests no client certificate';
  if (expected === undefined || expected === requests) {
    return [findingOf(id, 'pass', instance, { endpoint, message: observed })];
  }
  const message = `${observed}, although its configuration ${expected ? 'requires one' : 'does not require one'}`;
  const remediation = `restart ${instance.component}, so that it uses its file`;
  return [findingOf(id, expected ? 'fail' : 'warn', instance, { endpoint, message, remediation })];
}

/** Whether the configuration requires a request; undefined where the list is unknown, or where the request does not depend on it. */
function expectation(endpoint: Endpoint, instance: Instance): boolean | undefined {
  const { callers } = endpoint.profile;
  if (callers.verifiesIfGiven === true) {
    return undefined;
  }
  const known = callers.clientCertificate === 'always' || endpoint.allowList !== 'unknown';
  return known && endpoint.scheme === 'https' ? clientCertificateAsked(endpoint, instance) : undefined;
}
