import type { Origin } from '../../cluster/documents/origin.js';
import type { Instance } from '../../cluster/inventory/inventory.js';
import { credentialKey, type EndpointOfInstance } from '../check.js';
import type { CredentialsInUse } from '../credentials-in-use.js';
import type { Finding } from '../finding.js';
import { callerIdentities } from '../identity.js';
import type { Place } from './cause.js';
import type { Scene } from './scene.js';

/** `tikv 10.0.1.2:20180 grpc`, and the position in a configuration file; a summary names the credential file itself. */
export function locationText({ position, file, ...place }: Place): string {
  return placeText(position === undefined ? place : { ...place, file, position });
}

/** As `locationText`, with every file: different for two places. The label `place` of the metric. */
export function placeText({ component, instance, endpoint, file, position }: Place): string {
  const isOfFile = component === 'cluster' && file !== undefined;
  const where = (isOfFile ? [] : [component, instance, endpoint]).filter((one) => one !== undefined);
  const at = position === undefined ? file : `${file}:${position.line}:${position.column}`;
  return [...where, ...(at === undefined ? [] : [at])].join(' ');
}

/** The place of an owner of credentials; with the file, where the cause is in one. */
export function placeOfOwner(owner: CredentialsInUse['owner'], file?: string): Place {
  const place = owner === 'agent' ? { component: owner } : { component: owner.component, instance: owner.name };
  return file === undefined ? place : { ...place, file };
}

export function placeOfInstance({ component, name }: Instance): Place {
  return { component, instance: name };
}

export function placeOfPort({ instance, endpoint }: EndpointOfInstance): Place {
  return { ...placeOfInstance(instance), endpoint: endpoint.name };
}

/** The place of a setting; without a file where another source reports it. */
export function placeOfSetting(instance: Instance, origin: Origin | undefined): Place {
  return origin?.kind === 'file'
    ? { ...placeOfInstance(instance), file: origin.file, position: { line: origin.line, column: origin.column } }
    : placeOfInstance(instance);
}

/** The place of a finding whose evidence names a position in a file. */
export function placeInFile({ evidence: { file, line, column } }: Finding): Place {
  return typeof file === 'string' && typeof line === 'number' && typeof column === 'number'
    ? { component: 'cluster', file, position: { line, column } }
    : { component: 'cluster' };
}

/** The place of who calls as this identity. */
export function placeInstanceOf({ evidence }: Scene, identity: string): Place {
  if (identity === 'agent') {
    return { component: 'agent' };
  }
  const names = callerIdentities(evidence.inventory.instances);
  const owner = evidence.inventory.instances.find((instance) => names.get(credentialKey(instance)) === identity);
  return owner === undefined ? { component: 'cluster' } : placeOfInstance(owner);
}
