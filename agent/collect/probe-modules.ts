import {
  type ComponentName,
  componentNames,
  type EndpointProfile,
  type HarmlessProbe,
} from '../../cluster/components/profile.js';
import { profiles } from '../../cluster/components/profiles.js';

export interface Module {
  readonly profile: EndpointProfile;
  readonly probe: HarmlessProbe;
}

/** The modules of `/probe`: each harmless request of each endpoint; `tls` is a handshake alone. */
const modules = new Map<string, Module>(
  componentNames.flatMap((component) =>
    profiles[component].endpoints.flatMap((endpoint) => [
      [mainModule(component, endpoint), { profile: endpoint, probe: endpoint.probe }] as const,
      ...Object.entries(endpoint.questions).map(([name, probe]) => [name, { profile: endpoint, probe }] as const),
    ]),
  ),
);
export const moduleNames: readonly string[] = [...modules.keys(), 'tls'];

/** The module of an endpoint's usual request: `tikv_grpc`; the component alone for its client, api or service endpoint. */
export function mainModule(component: ComponentName, { name }: EndpointProfile): string {
  const plain = component.replaceAll('-', '_');
  return name === 'client' || name === 'api' || name === 'service' ? plain : `${plain}_${name}`;
}

/** Undefined for `tls`, which sends no request. */
export function moduleOf(name: string): Module | undefined {
  return modules.get(name);
}
