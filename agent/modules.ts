import { formatAddress, parseAddress } from '../cluster/address.js';
import type { ComponentName, EndpointName } from '../cluster/profile.js';
import { profiles } from '../cluster/profiles.js';
import { renderProbe } from '../metrics/probe-metrics.js';
import { probeEndpoint } from '../probes/probe.js';
import { probeTls } from '../probes/tls-probe.js';
import type { Observer } from './observer.js';

/** The modules of `/probe`, each a port of a profile, or a bare handshake. */
const modules: Readonly<
  Record<string, { readonly component: ComponentName; readonly endpoint: EndpointName } | undefined>
> = {
  tidb_status: { component: 'tidb', endpoint: 'status' },
  pd: { component: 'pd', endpoint: 'client' },
  tikv_grpc: { component: 'tikv', endpoint: 'grpc' },
  tikv_status: { component: 'tikv', endpoint: 'status' },
};
export const moduleNames: readonly string[] = [...Object.keys(modules), 'tls'];

export type ProbeAnswer = { readonly text: string } | { readonly badRequest: string };

/**
 * One probe on demand with the agent's own identity. Only ports of the inventory are connected to: our certificate
 * is shown to nobody else.
 */
export async function probeOnDemand(
  observer: Observer,
  name: string,
  target: string,
  timeout: number,
): Promise<ProbeAnswer> {
  if (!moduleNames.includes(name)) {
    return { badRequest: `unknown module "${name}"; known: ${moduleNames.join(', ')}` };
  }
  const address = parseAddress(target);
  if (address === undefined) {
    return { badRequest: `target "${target}" is not host:port` };
  }
  const known = observer.inventory.instances.some((instance) =>
    instance.endpoints.some((endpoint) => endpoint.host === address.host && endpoint.port === address.port),
  );
  if (!known) {
    return { badRequest: `target ${formatAddress(address)} is not in the inventory; add it as an [[instance]]` };
  }
  const own = observer.identities.own();
  if (own === undefined) {
    return { badRequest: 'the agent has no usable identity; see the check own-identity' };
  }
  const wanted = modules[name];
  const profile = profiles[wanted?.component ?? 'tidb'].endpoints.find((one) => one.name === wanted?.endpoint);
  const prober = profile === undefined ? probeTls : probeEndpoint;
  const observation = await prober(
    {
      ...address,
      alpn: profile === undefined ? [] : profile.alpn[profile.probe.protocol],
      probe: profile?.probe,
    },
    own,
    { timeout },
  );
  return { text: await renderProbe(observation, { timeoutSeconds: timeout / 1000 }) };
}
