import { formatAddress, parseAddress } from '../cluster/address.js';
import { type ComponentName, componentNames, type EndpointProfile, type HarmlessProbe } from '../cluster/profile.js';
import { profiles } from '../cluster/profiles.js';
import { renderProbe } from '../metrics/probe-metrics.js';
import { probeEndpoint } from '../probes/probe.js';
import { probeTls } from '../probes/tls-probe.js';
import type { Observer } from './observer.js';

interface Module {
  readonly profile: EndpointProfile;
  readonly probe: HarmlessProbe;
}

/** The modules of `/probe`: each harmless question of each port, and a bare handshake. */
const modules = new Map<string, Module>(
  componentNames.flatMap((component) =>
    profiles[component].endpoints.flatMap((endpoint) => [
      [mainModule(component, endpoint), { profile: endpoint, probe: endpoint.probe }] as const,
      ...Object.entries(endpoint.questions).map(([name, probe]) => [name, { profile: endpoint, probe }] as const),
    ]),
  ),
);
export const moduleNames: readonly string[] = [...modules.keys(), 'tls'];

/** The module of a port's own question: `tikv_grpc`; where a component has one port for its callers, its plain name. */
export function mainModule(component: ComponentName, { name }: EndpointProfile): string {
  const plain = component.replaceAll('-', '_');
  return name === 'client' || name === 'api' || name === 'service' ? plain : `${plain}_${name}`;
}

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
  const wanted = modules.get(name);
  const prober = wanted === undefined ? probeTls : probeEndpoint;
  const observation = await prober(
    {
      ...address,
      alpn: wanted === undefined ? [] : wanted.profile.alpn[wanted.probe.protocol],
      probe: wanted?.probe,
    },
    own,
    { timeout },
  );
  return { text: await renderProbe(observation, { timeoutSeconds: timeout / 1000 }) };
}
