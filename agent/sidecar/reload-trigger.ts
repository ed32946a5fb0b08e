import { utimesSync } from 'node:fs';
import { connect } from 'node:net';
import { credentialKey, type EndpointOfInstance, type Evidence, portKey } from '../../checks/check.js';
import type { Finding } from '../../checks/finding.js';
import { bearsFailedHandshakes } from '../../cluster/access/failed-handshakes.js';
import { profiles } from '../../cluster/components/profiles.js';
import type { Endpoint, Instance } from '../../cluster/inventory/inventory.js';
import { errorCode, errorMessage } from '../../credentials/error-text.js';
import type { CredentialFacts } from '../../credentials/facts.js';
import { lookup } from '../../probes/lookup.js';
import type { Collector } from '../collect/collector.js';

/** What the agent did to a port that serves its old certificate. */
export interface TriggeredReload {
  readonly instance: Instance;
  readonly endpoint: Endpoint;
  readonly kind: 'touch' | 'failed-handshake';
  readonly error: string | undefined;
}

/** Between two reloads triggered at one port, in milliseconds. */
const leastInterval = 300_000;

/** Of a failed handshake, in milliseconds. */
const timeout = 2_000;

/**
 * Triggers a reload without harm: touches the certificate file of a port that compares its modification time, and makes the
 * one failed handshake that makes a TiKV status port reload. Only where `served-matches-file` fails, certificate and key on
 * disk match and verify, and no reload was triggered at this port for a while. The failed handshake obeys the rule of negative
 * probes: none for a release that gets none, and a probe after it where the release is unknown.
 */
export class ReloadTrigger {
  readonly #last = new Map<string, number>();

  async trigger(
    findings: readonly Finding[],
    collector: Pick<Collector, 'evidence' | 'access' | 'probe'>,
    signal: AbortSignal,
  ): Promise<readonly TriggeredReload[]> {
    const evidence = collector.evidence();
    const triggered: TriggeredReload[] = [];
    for (const { instance, endpoint, facts } of notPickedUp(findings, evidence)) {
      const key = portKey(instance, endpoint);
      const rested = evidence.now.getTime() - (this.#last.get(key) ?? 0) >= leastInterval;
      const bears = bearsFailedHandshakes(instance);
      const trigger = triggerOf(endpoint);
      const kind = trigger === 'failed-handshake' && bears === 'no' ? undefined : trigger;
      if (rested && kind !== undefined && isValid(instance, facts)) {
        this.#last.set(key, evidence.now.getTime());
        // A port that read mismatched files has recorded the file's time, and does not read them again at the same time.
        const touched = touch(facts);
        const failed = kind === 'touch' ? undefined : await failHandshake(collector, { instance, endpoint }, signal);
        triggered.push({ instance, endpoint, kind, error: failed ?? touched });
        if (kind === 'failed-handshake' && bears === 'unknown') {
          await collector.probe({ instance, endpoint }, signal);
        }
      }
    }
    return triggered;
  }
}

function notPickedUp(findings: readonly Finding[], { inventory, credentials }: Evidence) {
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

function triggerOf({ profile }: Endpoint): TriggeredReload['kind'] | undefined {
  switch (profile.certificateReload) {
    case 'certificate-mtime':
      return 'touch';
    case 'failed-handshake':
      return 'failed-handshake';
    default:
      return undefined;
  }
}

function isValid({ component }: Instance, { keyMatches, errors, results, loadingFailures }: CredentialFacts): boolean {
  const own = results.filter(({ verifier }) => verifier === profiles[component].verifiesServersBy);
  const loads = keyMatches === true && errors.length === 0 && loadingFailures.length === 0;
  return loads && own.length > 0 && own.every(({ trusted }) => trusted);
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

/** Why no handshake failed; undefined where one did. The port's files are quiet by then, and can be loaded. */
async function failHandshake(
  { access }: Pick<Collector, 'access'>,
  target: EndpointOfInstance,
  signal: AbortSignal,
): Promise<string | undefined> {
  const connect = async () => ({ error: await connectAndClose(target.endpoint, signal) });
  const done = await access.connect(target, signal, connect);
  return done === undefined ? 'its files are being replaced' : done.error;
}

/** A connect that is closed at once counts as a failed handshake once the port closes, too. */
function connectAndClose({ host, port }: Endpoint, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, lookup, signal }, () => socket.end());
    const timer = setTimeout(() => socket.destroy(new Error(`not closed within ${timeout} ms`)), timeout);
    socket.once('error', (error) => resolve(errorCode(error) || errorMessage(error)));
    socket.once('close', () => {
      clearTimeout(timer);
      resolve(undefined);
    });
    socket.resume();
  });
}
