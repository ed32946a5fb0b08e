import type { ComponentProfile, ConfigFileProfile } from '../components/profile.js';
import type { Sourced } from '../documents/origin.js';
import type { Values } from '../documents/values.js';

/** The allow-list; undefined when it is empty. */
export function readNames(file: ConfigFileProfile, values: Values): Sourced<readonly string[]> | undefined {
  return notEmpty(values.strings(file.securityKeys.allowedCommonNames, file.securityKeys.ca.includes('_')));
}

/** The list of alternative names of a component that has one; undefined when it is empty. */
export function readAlternativeNames(
  { alternativeNamesKey }: ComponentProfile,
  values: Values,
): Sourced<readonly string[]> | undefined {
  return alternativeNamesKey === undefined ? undefined : notEmpty(values.strings(alternativeNamesKey, false));
}

function notEmpty(names: Sourced<readonly string[]> | undefined): Sourced<readonly string[]> | undefined {
  return names === undefined || names.value.length === 0 ? undefined : names;
}
