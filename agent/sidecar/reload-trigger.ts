import { utimesSync } from 'node:fs';
import { connect } from 'node:net';
import { credentialKey, type Evidence, portKey } from '../../checks/check.js';
import type { Finding } from '../../checks/finding.js';
import type { Endpoint, Instance } from '../../cluster/inventory/inventory.js';
import { errorCode } from '../../credentials/error-text.js';
import type { CredentialFacts } from '../../credentials/facts.js';

/** What the agent did for a port that stayed on its old certificate. */
export interface TriggeredReload {
  readonly instance: Instance;
  readonly endpoint: Endpoint;
  readonly kind: 'touch' | 'failed-handshake';
  readonly error: string | undefined;
}

/** One port is nudged no more often than this, in milliseconds. */
const leastInterval = 300_000;

/**
 * The harmless cure, done: touches the certificate file for a port that looks at its time, and makes the one failed
 * handshake besides that wakes a TiKV status port. Only where the finding says that the port is behind, the pair on disk is a
 * matching one that verifies, and nothing was done to this port for a while.
 */
export class ReloadTrigger {
  readonly #last = new Map<string, number>();

  async trigger(findings: readonly Finding[], evidence: Evidence): Promise<readonly TriggeredReload[]> {
    const reloadTriggers: TriggeredReload[] = [];
    for (const { instance, endpoint, facts } of behind(findings, evidence)) {
      const key = portKey(instance, endpoint);
      const rested = evidence.now.getTime() - (this.#last.get(key) ?? 0) >= leastInterval;
      const kind = remediationOf(endpoint);
      if (rested && kind !== undefined && isGood(facts)) {
        this.#last.set(key, evidence.now.getTime());
        // A port that looked while the pair was torn has noted the file's time, and looks no more at that one.
        const touched = touch(facts);
        const error = kind === 'touch' ? touched : ((await failedHandshake(endpoint)) ?? touched);
        reloadTriggers.push({ instance, endpoint, kind, error });
      }
    }
    return reloadTriggers;
  }
}

function behind(findings: readonly Finding[], { inventory, credentials }: Evidence) {
  return findings
    .filter(({ check, status }) => check === 'served-matches-file' && status === 'fail')
    .flatMap((finding) => {
      const instance = inventory.instances.find(
        ({ component, name, local }) => local && component === finding.component && name === finding.instance,
      );
      const endpoint = instance?.endpoints.find(({ name }) => name === finding.endpoint);
      const facts = instance === undefined ? undefined : credentials.get(credentialKey(instance));
      return instance === undefined || endpoint === undefined || facts === undefined
        ? []
        : [{ instance, endpoint, facts }];
    });
}

function remediationOf({ profile }: Endpoint): TriggeredReload['kind'] | undefined {
  switch (profile.pairReload) {
    case 'certificate-mtime':
      return 'touch';
    case 'failed-handshake':
      return 'failed-handshake';
    default:
      return undefined;
  }
}

function isGood({ keyMatches, errors, results }: CredentialFacts): boolean {
  return keyMatches === true && errors.length === 0 && results.length === 2 && results.every(({ trusted }) => trusted);
}

function touch({ paths }: CredentialFacts): string | undefined {
  try {
    const now = new Date();
    utimesSync(paths.cert ?? '', now, now);
    return undefined;
  } catch (error: unknown) {
    return errorCode(error) || String(error);
  }
}

/** A connect that is closed at once, which counts as a failed handshake. */
function failedHandshake({ host, port }: Endpoint): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port }, () => socket.end());
    socket.setTimeout(2_000, () => socket.destroy());
    socket.once('error', (error) => resolve('code' in error ? String(error.code) : error.message));
    socket.once('close', () => resolve(undefined));
    socket.resume();
  });
}
