import { createSecureContext } from 'node:tls';
import { callingFactsOf, credentialKey, type EndpointObservation } from '../../checks/check.js';
import type { CallerVerdict, Rehearsal } from '../../checks/rehearsal/evidence.js';
import type { ComponentName } from '../../cluster/components/profile.js';
import type { CredentialFacts } from '../../credentials/facts.js';
import { readCredentialFile } from '../../credentials/file.js';
import { gatherCredentialFacts } from '../../credentials/gather.js';
import { judge, judgeBothRoles, type Role, type TrustVerdict } from '../../credentials/verification.js';
import { probeEndpoint } from '../../probes/probe.js';
import type { Identity } from '../../probes/prober.js';
import { targetOf } from '../../probes/target.js';
import type { Observer } from './collector.js';
import { interrupted } from './interrupted.js';

/** A pair that is not installed, and whose it is to be. */
export interface Candidate {
  readonly component: ComponentName;
  /** What it is to be used as. */
  readonly roles: readonly Role[];
  /** Undefined: the CA in place. */
  readonly ca: string | undefined;
  readonly cert: string;
  readonly key: string;
}

/**
 * Looks at a pair that is not installed, and calls with it the ports that its component calls. Writes nothing. Throws
 * OperatorError when it was interrupted.
 */
export async function gatherRehearsal(
  observer: Observer,
  { component, roles, ...paths }: Candidate,
  now: Date,
  signal: AbortSignal,
): Promise<Rehearsal> {
  await observer.readCredentials();
  const { inventory } = observer;
  const { credentials, calling } = observer.credentials();
  const current = inventory.instances
    .filter((instance) => instance.component === component)
    .flatMap((instance) => {
      const facts = (roles.includes('server') ? credentials : calling).get(credentialKey(instance));
      return facts === undefined ? [] : [{ instance, facts }];
    });
  const caInPlace = current.map(({ facts }) => facts.paths.ca).find((path) => path !== undefined);
  const ca = paths.ca ?? caInPlace ?? observer.config.security?.ca;
  const candidate = await gatherCredentialFacts({ ca, cert: paths.cert, key: paths.key }, now);
  const usable = candidate.keyMatches === true && candidate.errors.length === 0;
  const underCurrentCa =
    usable && caInPlace !== undefined && caInPlace !== ca ? await verdictsUnder(candidate, caInPlace) : undefined;
  const verdicts = usable && roles.includes('server') ? await callerVerdicts(observer, component, candidate) : [];
  const calls = usable && roles.includes('client');
  const observations = calls ? await callAs(observer, component, candidate, caInPlace, signal) : [];
  if (signal.aborted) {
    throw interrupted();
  }
  return {
    now,
    component,
    roles,
    inventory,
    candidate,
    current,
    underCurrentCa,
    callerVerdicts: verdicts,
    observations,
  };
}

async function verdictsUnder(candidate: CredentialFacts, ca: string): Promise<readonly TrustVerdict[]> {
  const pair = pemOf(candidate);
  const bundle = textOf(ca);
  return await judgeBothRoles(pair, bundle);
}

/** What those on this node who call the component would say, each by its own CA file. */
async function callerVerdicts(
  observer: Observer,
  component: ComponentName,
  candidate: CredentialFacts,
): Promise<readonly CallerVerdict[]> {
  const { inventory } = observer;
  const ports = inventory.instances.filter((one) => one.component === component).flatMap(({ endpoints }) => endpoints);
  const verdicts: CallerVerdict[] = [];
  for (const caller of inventory.instances) {
    const ca = callingFactsOf(observer.credentials(), caller)?.paths.ca;
    const calls = ports.some(({ profile }) => profile.calledBy.includes(caller.component));
    if (calls && ca !== undefined && ca !== candidate.paths.ca) {
      verdicts.push({ caller, verdict: await judge(pemOf(candidate), textOf(ca), 'server') });
    }
  }
  return verdicts;
}

async function callAs(
  observer: Observer,
  component: ComponentName,
  candidate: CredentialFacts,
  caInPlace: string | undefined,
  signal: AbortSignal,
): Promise<readonly EndpointObservation[]> {
  const { certificatePem, keyPem } = pemOf(candidate);
  // Servers still have certificates of the CA in place.
  const authorities = [candidate.paths.ca, caInPlace].filter((path) => path !== undefined);
  const secureContext = createSecureContext({
    cert: certificatePem,
    key: keyPem,
    ca: [...new Set(authorities)].map(textOf),
    minVersion: 'TLSv1.2',
  });
  const identity: Identity = { name: 'candidate', secureContext };
  const observed: EndpointObservation[] = [];
  for (const instance of observer.inventory.instances) {
    for (const endpoint of instance.endpoints) {
      const called = endpoint.profile.calledBy.includes(component) && endpoint.scheme === 'https';
      if (called && observer.mayConnect({ instance, endpoint }) && !signal.aborted) {
        const options = { timeout: observer.config.probe.timeout, signal };
        observed.push({ instance, endpoint, observation: await probeEndpoint(targetOf(endpoint), identity, options) });
      }
    }
  }
  return observed;
}

function pemOf({ paths }: CredentialFacts) {
  return { certificatePem: textOf(paths.cert ?? ''), keyPem: textOf(paths.key ?? '') };
}

function textOf(path: string): string {
  return readCredentialFile(path).bytes.toString('utf8');
}
