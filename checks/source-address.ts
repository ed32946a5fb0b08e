import type { Endpoint } from '../cluster/inventory/inventory.js';
import type { Certificate } from '../credentials/certificate.js';
import { hostNamesOf } from '../credentials/certificate-text.js';
import type { EndpointObservation } from './check.js';

/**
 * Whether a port accepts this certificate from this IP address, by its rule for source addresses. `undecided` where that
 * depends on what the DNS names of the certificate resolve to.
 */
export function sourceAccepted(
  { profile: { callers } }: Endpoint,
  leaf: Certificate,
  address: string,
): 'accepted' | 'rejected' | 'undecided' {
  const { dns, ip } = leaf.subjectAltNames;
  const hasNames = dns.length > 0 || ip.length > 0;
  if (callers.sourceAddress === undefined || (callers.sourceAddress === 'with-names' && !hasNames)) {
    return 'accepted';
  }
  return leaf.coversHost(address) ? 'accepted' : dns.length > 0 ? 'undecided' : 'rejected';
}

export interface SourceRejection {
  readonly message: string;
  readonly remediation: string;
}

/** Why the port closed the connection of a client with this certificate; undefined where it is not its source address. */
export function sourceRejection(
  { endpoint, observation }: Pick<EndpointObservation, 'endpoint' | 'observation'>,
  leaf: Certificate | undefined,
): SourceRejection | undefined {
  const { rejection, source, durations } = observation;
  const closed = rejection?.side === 'peer' && rejection.by === 'close' && durations.handshake !== undefined;
  return !closed || source === undefined || leaf === undefined || sourceAccepted(endpoint, leaf, source) === 'accepted'
    ? undefined
    : rejectedFrom(endpoint, leaf, source);
}

/** What the port compares, and the certificate that it accepts from this address. */
export function rejectedFrom({ profile }: Endpoint, leaf: Certificate, address: string): SourceRejection {
  const names = hostNamesOf(leaf).join(', ') || 'no host';
  const orNone = profile.callers.sourceAddress === 'with-names' ? ', or without DNS names and IP addresses' : '';
  return {
    message: `the ${profile.title} compares the address that a caller comes from, ${address}, with the certificate, which is for ${names}`,
    remediation: `issue the certificate again with ${address} among its SANs${orNone}`,
  };
}
