import type { ConfiguredPaths } from '../../credentials/paths.js';
import type { ComponentName } from '../components/profile.js';
import { profiles } from '../components/profiles.js';
import type { Origin } from '../documents/origin.js';
import { instanceName } from './instance-name.js';
import type { Instance } from './inventory.js';

/** The files that all instances of a component share, as the pods of one Secret do; the paths are of a copy here. */
export interface ComponentFiles extends ConfiguredPaths {
  readonly component: ComponentName;
  readonly allowedCommonNames?: readonly string[] | undefined;
  /** Milliseconds within which the copy here and that of an instance become equal after a change. */
  readonly copyDelay?: number | undefined;
  readonly origin: Origin;
}

/**
 * Adds the shared files of a component to an instance without files of its own. The paths of a topology or manifest are those
 * of another host, unless its certificate is on this one.
 */
export function withComponentFiles(instance: Instance, files: readonly ComponentFiles[]): Instance {
  const ofComponent = files.find(({ component }) => component === instance.component);
  const { security } = instance;
  if (
    ofComponent === undefined ||
    (security.cert !== undefined && (instance.local || ofComponent.cert === undefined))
  ) {
    return instance;
  }
  const elsewhere = security.cert !== undefined;
  const { ca, cert, key, allowedCommonNames, copyDelay, origin } = ofComponent;
  const sourced = <T>(value: T | undefined) => (value === undefined ? undefined : { value, origin });
  const names = security.allowedCommonNames ?? sourced(allowedCommonNames);
  return {
    ...instance,
    security: {
      ...security,
      ca: (elsewhere ? undefined : security.ca) ?? sourced(ca),
      cert: sourced(cert),
      key: (elsewhere ? undefined : security.key) ?? sourced(key),
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

/** Moves ports on loopback or on all addresses to `host`, the name that callers dial. Only for instances of this node. */
export function atHost(host: string | undefined, instance: Instance): Instance {
  if (host === undefined || !instance.local) {
    return instance;
  }
  const endpoints = instance.endpoints.map((endpoint) =>
    loopback.includes(endpoint.host) ? { ...endpoint, host } : endpoint,
  );
  return { ...instance, endpoints, name: instanceName(profiles[instance.component], endpoints) ?? instance.name };
}
