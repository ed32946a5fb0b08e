import { profiles } from '../components/profiles.js';
import type { Instance } from '../inventory/inventory.js';
import { isBefore } from '../inventory/version.js';

/**
 * Whether the ports of an instance may see a handshake that fails. `no`: its release gets none. `unknown`: its release is
 * unknown, so that such handshakes come last, and the port is probed again after them.
 */
export function bearsFailedHandshakes({
  component,
  version,
}: Pick<Instance, 'component' | 'version'>): 'yes' | 'no' | 'unknown' {
  const { bearsFailedHandshakesSince } = profiles[component];
  const isOld = bearsFailedHandshakesSince === undefined ? false : isBefore(version, bearsFailedHandshakesSince);
  return isOld === undefined ? 'unknown' : isOld ? 'no' : 'yes';
}
