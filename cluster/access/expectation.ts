import type { ReloadRule } from '../components/profile.js';
import { profiles } from '../components/profiles.js';
import type { Endpoint, Instance } from '../inventory/inventory.js';
import { isBefore } from '../inventory/version.js';

/** Whether the allow-list is long enough for names to be compared on this endpoint. Always false without TLS. */
export function namesEnforced(endpoint: Endpoint, instance: Instance): boolean {
  const { allowList, profile } = endpoint;
  const ignored = profiles[instance.component].caOptional === true && instance.security.ca === undefined;
  const entries = typeof allowList === 'string' || ignored ? 0 : allowList.value.length;
  return endpoint.scheme === 'https' && entries > 0 && entries >= profile.callers.minimumEntries;
}

/** What makes this port reload a changed CA, given its list. */
export function caReloadOf(endpoint: Endpoint, instance: Instance): ReloadRule {
  const { caReload, caReloadWithoutList = caReload } = endpoint.profile;
  return namesEnforced(endpoint, instance) ? caReload : caReloadWithoutList;
}

/** Whether a caller must present a certificate at the handshake. Always false without TLS. */
export function clientCertificateAsked(endpoint: Endpoint, instance: Instance): boolean {
  if (endpoint.scheme === 'http') return false;
  switch (endpoint.profile.callers.clientCertificate) {
    case 'always':
      return true;
    case 'with-allow-list':
      return namesEnforced(endpoint, instance);
    case 'with-switch':
      return namesEnforced(endpoint, instance) || instance.security.asksForCertificates === true;
  }
}

/**
 * The clients that a port accepts. `names`: those of its list. `any-certificate`: every certificate of the CA. `anybody`:
 * every TLS client. `plaintext`: every client. `unknown`: its list is unknown.
 */
type Openness = 'names' | 'any-certificate' | 'anybody' | 'plaintext' | 'unknown';

export function opennessOf(endpoint: Endpoint, instance: Instance): Openness {
  if (endpoint.scheme === 'http') return 'plaintext';
  if (endpoint.allowList === 'unknown') return 'unknown';
  if (namesEnforced(endpoint, instance)) return 'names';
  return clientCertificateAsked(endpoint, instance) ? 'any-certificate' : 'anybody';
}

/** The Common Names that a caller presents; `chain` has those of the certificates above the leaf, its CA included. */
export interface ShownNames {
  readonly leaf: readonly string[];
  readonly chain?: readonly string[];
}

/** First release that may accept a name which only contains an entry, and that compares alternative names (TiKV, July 2026). */
export const containsSince = '9.0.0';

/**
 * Whether a trusted certificate with these Common Names passes the name check. The result is for requests outside
 * `exemptPaths`, where names are not checked. A certificate without a Common Name counts as the empty name, which an
 * empty entry accepts. `undecided` when it depends on an unknown version or on alternative names.
 */
export function isCallerAccepted(
  endpoint: Endpoint,
  instance: Instance,
  shown: ShownNames,
  ownCommonName?: string,
): 'accepted' | 'rejected' | 'undecided' {
  if (!namesEnforced(endpoint, instance)) return 'accepted';
  const result = passesList(endpoint, instance, shown, ownCommonName);
  const compared =
    instance.security.allowedAlternativeNames !== undefined && isBefore(instance.version, containsSince) !== true;
  return result === 'accepted' && compared ? 'undecided' : result;
}

function passesList(
  endpoint: Endpoint,
  instance: Instance,
  { leaf, chain = [] }: ShownNames,
  ownCommonName: string | undefined,
): 'accepted' | 'rejected' | 'undecided' {
  const profile = profiles[instance.component];
  const list = typeof endpoint.allowList === 'string' ? [] : endpoint.allowList.value;
  const compared = endpoint.profile.callers.comparesFirstEntry === true ? list.slice(0, 1) : list;
  const written = profile.trimsAllowList ? compared.map((entry) => entry.trim()) : compared;
  const entries = profile.addsOwnCommonName && ownCommonName !== undefined ? [...written, ownCommonName] : written;
  const { commonNameMatch } = endpoint.profile.callers;
  const counted = countedName(endpoint, leaf);
  if (entries.includes(counted)) return 'accepted';
  if (commonNameMatch === 'equal-in-chain') {
    return chain.some((name) => entries.includes(name)) ? 'accepted' : 'rejected';
  }
  if (commonNameMatch === 'equal-or-contains' && entries.some((entry) => counted.includes(entry))) {
    const old = isBefore(instance.version, containsSince);
    return old === undefined ? 'undecided' : old ? 'rejected' : 'accepted';
  }
  return 'rejected';
}

/** The one of several Common Names that this port compares; empty where there is none. */
export function countedName({ profile }: Endpoint, names: readonly string[]): string {
  return (profile.callers.countedCommonName === 'first' ? names[0] : names.at(-1)) ?? '';
}

/** An unauthorized client: without TLS, without a certificate, with a certificate of another CA, or with these names. */
export type UnauthorizedClient = 'plaintext' | 'no-certificate' | 'foreign-ca' | ShownNames;

/** Whether a port accepts an unauthorized client by its configuration. `undecided` when its list is unknown. */
export function unauthorizedClientExpectation(
  endpoint: Endpoint,
  instance: Instance,
  unauthorizedClient: UnauthorizedClient,
  ownCommonName?: string,
): 'accepted' | 'rejected' | 'undecided' {
  if (unauthorizedClient === 'plaintext') return endpoint.scheme === 'http' ? 'accepted' : 'rejected';
  if (endpoint.scheme === 'http') return 'undecided';
  const { callers } = endpoint.profile;
  const reported = endpoint.allowList !== 'unknown';
  if (typeof unauthorizedClient === 'object') {
    return reported ? isCallerAccepted(endpoint, instance, unauthorizedClient, ownCommonName) : 'undecided';
  }
  const open = profiles[instance.component].caOptional === true && instance.security.ca === undefined;
  if (unauthorizedClient === 'foreign-ca' && callers.verifiesIfGiven === true && !open) return 'rejected';
  if (clientCertificateAsked(endpoint, instance)) return 'rejected';
  return reported ? 'accepted' : 'undecided';
}
