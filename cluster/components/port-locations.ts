import type { Origin, Sourced } from '../documents/origin.js';
import type { Values } from '../documents/values.js';
import { type Address, dialable, parseAddress } from '../inventory/address.js';
import type { AllowList, Endpoint } from '../inventory/inventory.js';
import type { ComponentProfile, EndpointName, PortLocation, PortLocations } from './profile.js';

const byDefault: Origin = { kind: 'default' };

/**
 * The address of a port: the first of its address keys that is set, else `fallback`. A listener on all addresses gets the
 * host of `fallback`. Undefined when the value is no address.
 */
export function locatePort(
  values: Values | undefined,
  keys: readonly string[],
  fallback: Address,
  scheme: 'https' | 'http',
): PortLocation | undefined {
  const found = firstString(values, keys);
  if (found === undefined) {
    return { address: { ...fallback, host: dialable(fallback.host) }, origin: byDefault, scheme };
  }
  const address = parseAddress(found.value.split(',')[0] ?? '');
  if (address === undefined) {
    return undefined;
  }
  const host = dialable(address.host) === address.host ? address.host : dialable(fallback.host);
  return { address: { ...address, host }, origin: found.origin, scheme };
}

/** The ports that have an address. */
export function portLocations(found: Readonly<Partial<Record<EndpointName, PortLocation | undefined>>>): PortLocations {
  return Object.fromEntries(Object.entries(found).filter(([, one]) => one !== undefined)) as PortLocations;
}

export function firstString(values: Values | undefined, keys: readonly string[]): Sourced<string> | undefined {
  return keys.map((key) => values?.string(key)).find((one) => one !== undefined);
}

/** The scheme of the first URL of a list. */
export function schemeOf(urls: string | undefined): 'https' | 'http' {
  return (urls ?? '').trim().startsWith('https://') ? 'https' : 'http';
}

/** The hosts under these keys, which callers dial and the certificate must cover. */
export function advertisedHosts(keys: readonly string[], values: Values): readonly Sourced<string>[] {
  const hosts = keys.flatMap((key) => {
    const found = values.string(key);
    return (found?.value.split(',') ?? []).flatMap((text) => {
      const host = parseAddress(text)?.host ?? (/^[^:/\s]+$/.test(text) ? text : undefined);
      return host === undefined || found === undefined || dialable(host) !== host
        ? []
        : [{ value: host, origin: found.origin }];
    });
  });
  return hosts.filter((host, index) => hosts.findIndex(({ value }) => value === host.value) === index);
}

/** The endpoints at these locations, in the order of the profile. */
export function endpointsOf(
  profile: ComponentProfile,
  locations: PortLocations,
  allowList: (endpoint: EndpointName) => AllowList,
): readonly Endpoint[] {
  return profile.endpoints.flatMap((endpoint) => {
    const location = locations[endpoint.name];
    return location === undefined
      ? []
      : [
          {
            name: endpoint.name,
            ...location.address,
            origin: location.origin,
            scheme: location.scheme,
            allowList: allowList(endpoint.name),
            profile: endpoint,
          },
        ];
  });
}
