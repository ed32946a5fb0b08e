import { componentNames, endpointNames } from '../../cluster/components/profile.js';
import { profiles } from '../../cluster/components/profiles.js';
import type { ComponentFiles } from '../../cluster/inventory/component-files.js';
import type { DeclaredInstance } from '../../cluster/inventory/declared.js';
import type { Client } from '../../cluster/inventory/inventory.js';
import type { ConfigReader } from './reader.js';
import { clientKeys, componentKeys, instanceKeys, portKeys } from './table-keys.js';

/** One `[[instance]]`. */
export function instanceAt(reader: ConfigReader, prefix: string): DeclaredInstance {
  const { caPath: ca, certPath: cert, keyPath: key, certAllowedCn, ...rest } = reader.values(instanceKeys, prefix);
  const component = componentNames.find((name) => name === rest.component) ?? 'other';
  return {
    ...rest,
    component,
    ca,
    cert,
    key,
    allowedCommonNames: orUndefined(certAllowedCn),
    addresses: addressesAt(reader, prefix, component),
    origin: reader.originOf(`${prefix}.address`),
  };
}

function addressesAt(
  reader: ConfigReader,
  prefix: string,
  component: DeclaredInstance['component'],
): DeclaredInstance['addresses'] {
  const ports = profiles[component].endpoints.map(({ name }) => name);
  const values = Object.values(reader.values(portKeys, prefix));
  const given = endpointNames.flatMap((name, index) => {
    const address = values[index];
    if (address !== undefined && !ports.includes(name)) {
      const hint = `its ports: ${ports.map((port) => `${port}-address`).join(', ')}`;
      throw reader.error(`${prefix}.${name}-address`, `names a port that ${component} does not have`, hint);
    }
    return address === undefined ? [] : [[name, address] as const];
  });
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

/** One `[[component]]`. */
export function componentAt(reader: ConfigReader, prefix: string): ComponentFiles {
  const { name: component, caPath: ca, certPath: cert, keyPath: key, ...rest } = reader.values(componentKeys, prefix);
  reader.requireTogether(prefix, ['cert-path', 'key-path']);
  const { certAllowedCn, copyDelay } = rest;
  const origin = reader.originOf(`${prefix}.name`);
  return { component, ca, cert, key, allowedCommonNames: orUndefined(certAllowedCn), copyDelay, origin };
}

/** One `[[client]]`. */
export function clientAt(reader: ConfigReader, prefix: string): Client {
  return reader.values(clientKeys, prefix);
}

/** An allow-list that is absent is not an empty one. */
function orUndefined(names: readonly string[]): readonly string[] | undefined {
  return names.length === 0 ? undefined : names;
}
