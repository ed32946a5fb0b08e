import type { ComponentProfile } from '../components/profile.js';
import { formatAddress } from './address.js';
import type { Endpoint } from './inventory.js';

/** What pods of tidb-operator advertise: `POD.SET-peer.NAMESPACE`, optionally with `.svc` and the domain of the cluster. */
const podAddress = /^((.+)-[a-z0-9]+)\.\2-peer\.[^.]+(?:\.svc(?:\..+)?)?$/;

/**
 * The name of an instance in TiDB's own monitoring: the host and port of the profile's `instanceEndpoint`, or on
 * Kubernetes the name of the pod. Undefined for an instance without a port.
 */
export function instanceName(
  { instanceEndpoint }: Pick<ComponentProfile, 'instanceEndpoint'>,
  endpoints: readonly Endpoint[],
): string | undefined {
  const named = endpoints.find(({ name }) => name === instanceEndpoint) ?? endpoints[0];
  return named === undefined ? undefined : (podAddress.exec(named.host)?.[1] ?? formatAddress(named));
}
