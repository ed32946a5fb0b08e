import type { ConfiguredPaths } from '../../credentials/paths.js';
import type { ComponentName } from '../components/profile.js';
import { profiles } from '../components/profiles.js';
import type { Origin } from '../documents/origin.js';
import { instanceName } from './instance-name.js';
import type { Instance } from './inventory.js';

/** The files that all instances of a component have alike, as the pods of one Secret do, and a copy of them here. */
export interface ComponentFiles extends ConfiguredPaths {
  readonly component: ComponentName;
  readonly allowedCommonNames?: readonly string[] | undefined;
  /** Milliseconds by which the copy here and that of an instance may be apart after a change. */
  readonly copyDelay?: number | undefined;
  readonly origin: Origin;
}

/** What is known of a component as a whole, where nothing says otherwise of the instance. */
export function withComponentFiles(instance: Instance, files: readonly ComponentFiles[]): Instance {
  const ofComponent = files.find(({ component }) => component === instance.component);
  const { security } = instance;
  if (ofComponent === undefined || security.cert !== undefined) {
    return instance;
  }
  const { ca, cert, key, allowedCommonNames, copyDelay, origin } = ofComponent;
  const sourced = <T>(value: T | undefined) => (value === undefined ? undefined : { value, origin });
  const names = security.allowedCommonNames ?? sourced(allowedCommonNames);
  return {
    ...instance,
    security: {
      ...security,
      ca: security.ca ?? sourced(ca),
      cert: sourced(cert),
      key: security.key ?? sourced(key),
      allowedCommonNames: names,
    },
    endpoints: instance.endpoints.map((endpoint) =>
      endpoint.allowList === 'unknown' && names !== undefined ? { ...endpoint, allowList: names } : endpoint,
    ),
    local: instance.local || cert !== undefined,
    ...(copyDelay === undefined ? {} : { copyDelay }),
  };
}

const loopback: readonly string[] = ['127.0.0.1', '::1', 'localhost'];

/** Ports that the files of this node place on loopback, or on all addresses, at the name that callers use. */
export function atHost(host: string | undefined, instance: Instance): Instance {
  if (host === undefined || !instance.local) {
    return instance;
  }
  const endpoints = instance.endpoints.map((endpoint) =>
    loopback.includes(endpoint.host) ? { ...endpoint, host } : endpoint,
  );
  return { ...instance, endpoints, name: instanceName(profiles[instance.component], endpoints) ?? instance.name };
}
