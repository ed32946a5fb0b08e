import type { ReloadRule } from '../cluster/components/profile.js';
import type { CredentialFacts } from '../credentials/facts.js';
import type { EndpointOfInstance } from './check.js';
import { reloadRuleOf } from './reload-deadline.js';

/**
 * `mismatched`: the key is not that of the certificate. `unreadable`: one of the files does not load. `forbidden`: the agent
 * has no permission to read one of them, which says nothing about the component.
 */
export type FilesFault = 'mismatched' | 'unreadable' | 'forbidden';

/** Why a component cannot load its CA, certificate and key as they are on disk; undefined where it can. */
export function filesFaultOf({ keyMatches, errors, loadingFailures = [] }: LoadedFiles): FilesFault | undefined {
  if (keyMatches === false) {
    return 'mismatched';
  }
  if (loadingFailures.length > 0 || errors.some(({ code }) => code !== 'permission_denied')) {
    return 'unreadable';
  }
  return errors.length > 0 ? 'forbidden' : undefined;
}

/** What is known of the files; without the results of verifiers where they were only read. */
export type LoadedFiles = Pick<CredentialFacts, 'keyMatches' | 'errors'> &
  Partial<Pick<CredentialFacts, 'loadingFailures'>>;

/** By what makes a port reload: whether a connection can make it load mismatched files, and keep the old ones. */
const loadsAtConnection: Readonly<Record<ReloadRule, boolean>> = {
  // A handshake with mismatched files fails, and the next one reads them again.
  'every-handshake': false,
  // The modification time is recorded before the files are loaded, and they are not tried again at the same time.
  'certificate-mtime': true,
  // So here, and a probe may be the handshake that fails.
  'failed-handshake': true,
  // The files are loaded for the next connection, and their times are recorded before.
  poll: true,
  // A timer reads the files, whoever connects.
  hourly: false,
  // No running process reads them.
  restart: false,
};

/** As `loadsAtConnection`, by the rule of this port in its release. */
export function mayLoadAtConnection({ instance, endpoint }: EndpointOfInstance): boolean {
  return loadsAtConnection[reloadRuleOf(endpoint, instance)];
}

/**
 * Why the agent does not connect to a port: its files on disk have this fault, and a connection could leave it with the old
 * certificate. Undefined where a connection does no harm, and where the files are not on this host. What a verifier says of
 * the files does not count: before a connection they are only read, and the checks have to say what the probes do.
 */
export function whyNotConnected(
  port: EndpointOfInstance,
  files: Pick<CredentialFacts, 'keyMatches' | 'errors'> | undefined,
): FilesFault | undefined {
  return files !== undefined && mayLoadAtConnection(port)
    ? filesFaultOf({ keyMatches: files.keyMatches, errors: files.errors })
    : undefined;
}
