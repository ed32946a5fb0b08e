import { microserviceNames } from '../cluster/components/microservices.js';
import { formatOrigin, positionOf } from '../cluster/documents/origin.js';
import { formatAddress } from '../cluster/inventory/address.js';
import type { Check, EndpointOfInstance, Evidence } from './check.js';
import { portsOf } from './check.js';
import { type Finding, findingOf } from './finding.js';
import { speaksTls } from './speaks-tls.js';

const id = 'sources-agree';

export const sourcesAgree: Check = {
  id,
  title: 'Files, topology, command lines, PD and ports agree',
  severity: 'fail',
  description:
    'Compares what the sources report of each component: scheme, addresses, allow-lists, certificate files declared for the agent, and whether the component exists. PD may have rejected a component that is configured but not registered. If PD knows a component that is missing from the topology, its certificate is in no inventory. What PD has registered is compared with the port itself: callers take the scheme of the registered URL, and send plaintext to a TLS port that is registered with http. Where sources differ, the agent uses the declaration first, then the command line, the file, the topology, and PD.',
  remediation: 'Each finding prints its fix.',
  statuses: {
    fail: 'one source has https and another one http for the same port, or PD has registered http for a port that speaks TLS',
    warn: 'addresses, allow-lists or certificate files differ, or only one side knows a component',
  },
  run: (evidence) => {
    const { instances, disagreements } = evidence.inventory;
    const registered = portsOf(instances).flatMap((port) => registeredAsHttp(port, evidence));
    return [
      ...disagreements.map(({ code, severity, origin, message, remediation, component, address = '' }) =>
        findingOf(id, severity === 'note' ? 'pass' : severity, 'agent', {
          message: `${formatOrigin(origin)}: ${message}`,
          remediation,
          evidence: { reason: code, component, address, ...positionOf(origin) },
        }),
      ),
      ...registered,
      ...(disagreements.length + registered.length === 0 && instances.some(({ sources = [] }) => sources.length > 1)
        ? [findingOf(id, 'pass', 'agent', { message: 'all sources agree' })]
        : []),
    ];
  },
};

/** Those whose registration is a URL; of the others PD has an address without a scheme. */
const registeredByUrl: readonly string[] = ['pd', ...microserviceNames];

/** PD has an http URL of this port, and the port speaks TLS. */
function registeredAsHttp(port: EndpointOfInstance, evidence: Evidence): readonly Finding[] {
  const { instance, endpoint } = port;
  const { origin, scheme } = endpoint;
  const isRegistered = origin.kind === 'pd' && scheme === 'http' && registeredByUrl.includes(instance.component);
  if (!isRegistered || !speaksTls(port, evidence)) {
    return [];
  }
  const message = `${formatOrigin(origin)}: http://${formatAddress(endpoint)} is registered, and the port speaks TLS: callers that take the registered URL send plaintext`;
  const remediation =
    endpoint.name === 'peer'
      ? `update the member: etcdctl member update ID --peer-urls=https://${formatAddress(endpoint)}`
      : `write https in the advertised URL of this ${instance.component}, and restart it`;
  return [
    findingOf(id, 'fail', instance, {
      endpoint,
      message,
      remediation,
      evidence: { reason: 'registered-http', component: instance.component, address: instance.name },
    }),
  ];
}
