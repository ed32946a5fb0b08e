import { type ComponentName, clientNames, componentNames, endpointNames } from '../../cluster/components/profile.js';
import { profiles } from '../../cluster/components/profiles.js';
import type { DeclaredInstance } from '../../cluster/inventory/builder.js';
import type { ComponentFiles } from '../../cluster/inventory/component-files.js';
import type { Client } from '../../cluster/inventory/inventory.js';
import { type ConfigReader, invalid } from './reader.js';

/** One `[[instance]]`; throws OperatorError. */
export function instanceAt(reader: ConfigReader, prefix: string): DeclaredInstance {
  const component = reader.choice<ComponentName>(`${prefix}.component`, componentNames);
  const address = reader.string(`${prefix}.address`);
  if (component === undefined || address === undefined) {
    const origin = reader.originOf(`${prefix}.component`) ?? address?.origin ?? { kind: 'default' as const };
    throw invalid(origin, 'an [[instance]] needs component and address', 'add the missing one');
  }
  const names = reader.strings(`${prefix}.cert-allowed-cn`);
  return withoutUndefined({
    component,
    address: address.value,
    origin: address.origin,
    addresses: addressesAt(reader, prefix, component),
    config: reader.file(`${prefix}.config`),
    version: reader.string(`${prefix}.version`)?.value,
    ca: reader.file(`${prefix}.ca-path`),
    cert: reader.file(`${prefix}.cert-path`),
    key: reader.file(`${prefix}.key-path`),
    allowedCommonNames: names.length === 0 ? undefined : names,
  }) as DeclaredInstance;
}

function addressesAt(reader: ConfigReader, prefix: string, component: ComponentName): DeclaredInstance['addresses'] {
  const ports = profiles[component].endpoints.map(({ name }) => name);
  const given = endpointNames.flatMap((name) => {
    const found = reader.string(`${prefix}.${name}-address`);
    if (found !== undefined && !ports.includes(name)) {
      const known = ports.map((port) => `${port}-address`).join(', ');
      throw invalid(found.origin, `${component} has no port called ${name}`, `its ports: ${known}`);
    }
    return found === undefined ? [] : [[name, found.value] as const];
  });
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

/** One `[[component]]`; throws OperatorError. */
export function componentAt(reader: ConfigReader, prefix: string): ComponentFiles {
  const component = reader.choice<ComponentName>(`${prefix}.name`, componentNames);
  const [ca, cert, key] = ['ca-path', 'cert-path', 'key-path'].map((name) => reader.file(`${prefix}.${name}`));
  if (component === undefined) {
    throw reader.invalid(`${prefix}.name`, prefix, 'a [[component]] needs a name', 'write name = "tikv"');
  }
  if ((cert === undefined) !== (key === undefined)) {
    const message = 'a [[component]] needs cert-path and key-path together';
    throw reader.invalid(`${prefix}.cert-path`, prefix, message, 'add the missing one');
  }
  const names = reader.strings(`${prefix}.cert-allowed-cn`);
  return withoutUndefined({
    component,
    ca,
    cert,
    key,
    allowedCommonNames: names.length === 0 ? undefined : names,
    copyDelay: reader.duration(`${prefix}.copy-delay`),
    origin: reader.originOf(`${prefix}.name`) ?? { kind: 'default' },
  }) as ComponentFiles;
}

/** One `[[client]]`; throws OperatorError. */
export function clientAt(reader: ConfigReader, prefix: string): Client {
  const name = reader.choice(`${prefix}.name`, clientNames);
  const commonName = reader.string(`${prefix}.common-name`);
  if (name === undefined || commonName === undefined) {
    const origin = reader.originOf(`${prefix}.name`) ?? commonName?.origin ?? { kind: 'default' as const };
    throw invalid(origin, 'a [[client]] needs name and common-name', 'add the missing one');
  }
  return { name, commonName: commonName.value, origin: commonName.origin };
}

function withoutUndefined(record: Readonly<Record<string, unknown>>): unknown {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
