import type { ComponentProfile } from '../components/profile.js';
import { formatAddress } from './address.js';
import type { Endpoint } from './inventory.js';

/** `POD.SET-peer.NAMESPACE`, then nothing, or `.svc` and the domain of the cluster: what tidb-operator has pods advertise. */
const podAddress = /^((.+)-[a-z0-9]+)\.\2-peer\.[^.]+(?:\.svc(?:\..+)?)?$/;

/**
 * What TiDB's own monitoring calls an instance: the host and port of the profile's `instanceEndpoint`, and on
 * Kubernetes the name of the pod. Undefined for an instance without a port.
 */
export function instanceName(
  { instanceEndpoint }: Pick<ComponentProfile, 'instanceEndpoint'>,
  endpoints: readonly Endpoint[],
): string | undefined {
  const named = endpoints.find(({ name }) => name === instanceEndpoint) ?? endpoints[0];
  return named === undefined ? undefined : (podAddress.exec(named.host)?.[1] ?? formatAddress(named));
}
