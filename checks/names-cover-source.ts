import { isIpAddress } from '../cluster/inventory/address.js';
import type { Endpoint, Instance } from '../cluster/inventory/inventory.js';
import { type Check, callingFactsOf, type Evidence, portsOf } from './check.js';
import { type Finding, findingOf } from './finding.js';
import { rejectedFrom, sourceAccepted } from './source-address.js';

const id = 'names-cover-source';

export const namesCoverSource: Check = {
  id,
  title: 'The certificate covers the address that its component calls from',
  severity: 'fail',
  description:
    "PD's peer port, which is etcd's, compares the IP address that a caller comes from with the caller's certificate: one of its IP addresses must be equal, or one of its DNS names resolve to it. A certificate without either passes. The port completes the handshake and closes without an alert, and only the log of the server says why. Checked is each IP address that a component advertises, since it calls its peers from there; what depends on name resolution is left to caller-accepted, which names this cause, too.",
  remediation: 'Issue the certificate with the IP address of its host among its SANs.',
  statuses: { fail: 'no SAN of the certificate covers the IP address that its component calls from' },
  run: (evidence) => evidence.inventory.instances.flatMap((instance) => ofCaller(instance, evidence)),
};

function ofCaller(instance: Instance, evidence: Evidence): readonly Finding[] {
  const [leaf] = callingFactsOf(evidence, instance)?.chain ?? [];
  const port = comparingPort(instance, evidence);
  if (leaf === undefined || port === undefined) {
    return [];
  }
  const addresses = [...new Set(instance.advertisedHosts.map(({ value }) => value))].filter(isIpAddress);
  return addresses
    .map((address) => ({ address, result: sourceAccepted(port, leaf, address) }))
    .filter(({ result }) => result !== 'undecided')
    .map(({ address, result }) =>
      result === 'accepted'
        ? findingOf(id, 'pass', instance, {
            message: `the ${port.profile.title} accepts its certificate from ${address}`,
          })
        : findingOf(id, 'fail', instance, rejectedFrom(port, leaf, address)),
    );
}

/** A port of another instance that this one calls, and that compares source addresses. */
function comparingPort(caller: Instance, { inventory }: Evidence): Endpoint | undefined {
  return portsOf(inventory.instances.filter((instance) => instance !== caller))
    .map(({ endpoint }) => endpoint)
    .find(
      ({ scheme, profile }) =>
        scheme === 'https' &&
        profile.callers.sourceAddress !== undefined &&
        profile.calledBy.includes(caller.component),
    );
}
