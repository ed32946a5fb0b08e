import { type Address, dialable, parseAddress } from './address.js';
import type { Endpoint, InstanceSecurity, Origin, Sourced } from './inventory.js';
import type { ComponentName, EndpointName } from './profile.js';
import { profiles } from './profiles.js';
import type { Values } from './values.js';

/** Where one port is, and how the configuration wants it spoken to. */
export interface Placed {
  readonly address: Address;
  readonly origin: Origin;
  readonly scheme: 'https' | 'http';
}

export type Placement = Partial<Record<EndpointName, Placed>>;

const byDefault: Origin = { kind: 'default' };

/** The ports of a component as its file and its defaults place them. */
export function placePorts(component: ComponentName, values: Values, security: InstanceSecurity): Placement {
  const { ca, cert, key } = security;
  const scheme = ca !== undefined && cert !== undefined && key !== undefined ? 'https' : 'http';
  switch (component) {
    case 'tidb':
      return placeTidb(values, scheme);
    case 'pd':
      return placePd(values);
    case 'tikv':
      return placeTikv(values, scheme);
  }
}

function placeTidb(values: Values, scheme: 'https' | 'http'): Placement {
  if (values.boolean('status.report-status')?.value === false) {
    return {};
  }
  const host = values.string('advertise-address') ?? values.string('status.status-host') ?? values.string('host');
  const port = values.port('status.status-port');
  const address = { host: dialable(host?.value ?? ''), port: port?.value ?? portOf('tidb', 'status') };
  return { status: { address, origin: port?.origin ?? host?.origin ?? byDefault, scheme } };
}

function placePd(values: Values): Placement {
  const placement: Placement = {};
  for (const [name, keys] of [
    ['client', ['advertise-client-urls', 'client-urls']],
    ['peer', ['advertise-peer-urls', 'peer-urls']],
  ] as const) {
    const urls = keys.map((key) => values.string(key)).find((one) => one !== undefined);
    const listening = values.string(keys[1]) ?? urls;
    const address =
      urls === undefined ? { host: '127.0.0.1', port: portOf('pd', name) } : parseAddress(firstUrl(urls.value));
    if (address !== undefined) {
      // PD serves TLS by the scheme of the URL it listens on, whatever the certificates.
      const scheme = firstUrl(listening?.value ?? 'http://').startsWith('https://') ? 'https' : 'http';
      placement[name] = {
        address: { ...address, host: dialable(address.host) },
        origin: urls?.origin ?? byDefault,
        scheme,
      };
    }
  }
  return placement;
}

function placeTikv(values: Values, scheme: 'https' | 'http'): Placement {
  const placement: Placement = {};
  const grpc = values.string('server.advertise-addr') ?? values.string('server.addr');
  const grpcAddress =
    grpc === undefined ? { host: '127.0.0.1', port: portOf('tikv', 'grpc') } : parseAddress(grpc.value);
  if (grpcAddress !== undefined) {
    placement.grpc = {
      address: { ...grpcAddress, host: dialable(grpcAddress.host) },
      origin: grpc?.origin ?? byDefault,
      scheme,
    };
  }
  if (values.rawString('server.status-addr')?.value === '') {
    return placement;
  }
  const status = values.string('server.advertise-status-addr') ?? values.string('server.status-addr');
  const statusAddress =
    status === undefined ? { host: '127.0.0.1', port: portOf('tikv', 'status') } : parseAddress(status.value);
  if (statusAddress !== undefined) {
    const listensEverywhere = dialable(statusAddress.host) !== statusAddress.host;
    const host =
      listensEverywhere && grpcAddress !== undefined ? dialable(grpcAddress.host) : dialable(statusAddress.host);
    placement.status = { address: { host, port: statusAddress.port }, origin: status?.origin ?? byDefault, scheme };
  }
  return placement;
}

/** The hosts that callers are told to use, which the certificate must cover. */
export function advertisedHosts(component: ComponentName, values: Values): readonly Sourced<string>[] {
  const hosts = profiles[component].advertisedKeys.flatMap((key) => {
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

/** The endpoints of a placement, in the order of the profile. */
export function endpointsOf(component: ComponentName, placement: Placement): readonly Endpoint[] {
  return profiles[component].endpoints.flatMap((profile) => {
    const placed = placement[profile.name];
    return placed === undefined
      ? []
      : [{ name: profile.name, ...placed.address, origin: placed.origin, scheme: placed.scheme, profile }];
  });
}

function firstUrl(urls: string): string {
  return urls.split(',')[0]?.trim() ?? '';
}

function portOf(component: ComponentName, name: EndpointName): number {
  return profiles[component].endpoints.find((endpoint) => endpoint.name === name)?.defaultPort ?? 0;
}
