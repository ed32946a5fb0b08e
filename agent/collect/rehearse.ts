import { createHash } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { callingFactsOf, credentialKey, type EndpointObservation } from '../../checks/check.js';
import type { CallerResult, Rehearsal } from '../../checks/rehearsal/evidence.js';
import { goReleaseOf, partiesOf } from '../../cluster/components/parties.js';
import type { ComponentName } from '../../cluster/components/profile.js';
import { profiles } from '../../cluster/components/profiles.js';
import { attempted, CredentialError, notLoaded } from '../../credentials/error.js';
import type { CredentialFacts } from '../../credentials/facts.js';
import { gatherCredentialFacts } from '../../credentials/gather.js';
import type { KeyPairPaths } from '../../credentials/paths.js';
import { type CredentialFiles, verifyPair } from '../../credentials/verification.js';
import type { Role } from '../../credentials/verifiers/verifier.js';
import { probeEndpoint } from '../../probes/probe.js';
import { probeContext } from '../../probes/probe-context.js';
import type { Identity } from '../../probes/prober.js';
import { targetOf } from '../../probes/target.js';
import type { Collector } from './collector.js';
import { interrupted } from './interrupted.js';

/** A certificate and key that are not installed yet, and the component that is to use them. */
export interface Candidate extends KeyPairPaths {
  readonly component: ComponentName;
  /** What the certificate is to be used as. */
  readonly roles: readonly Role[];
  /** Undefined: the installed CA. */
  readonly ca: string | undefined;
}

/**
 * Verifies a certificate that is not installed, and probes with it the ports that its component calls. Writes nothing. Throws
 * OperatorError when interrupted.
 */
export async function gatherRehearsal(
  collector: Collector,
  { component, roles, ...paths }: Candidate,
  now: Date,
  signal: AbortSignal,
): Promise<Rehearsal> {
  await collector.readCredentials();
  const { inventory } = collector;
  const { credentials, calling } = collector.credentials();
  const installed = inventory.instances.flatMap((instance) => {
    const facts = (roles.includes('server') ? credentials : calling).get(credentialKey(instance));
    return facts === undefined ? [] : [{ instance, facts }];
  });
  const current = installed.filter(({ instance }) => instance.component === component);
  const installedCa = current.map(({ facts }) => facts.paths.ca).find((path) => path !== undefined);
  const ca = paths.ca ?? installedCa ?? collector.config.security?.ca;
  const version = inventory.instances.find((instance) => instance.component === component)?.version;
  const candidate = await gatherCredentialFacts(
    { ca, cert: paths.cert, key: paths.key },
    now,
    collector.repository,
    partiesOf(component, version),
  );
  const usable = candidate.keyMatches === true && candidate.errors.length === 0;
  const underCurrentCa =
    usable && installedCa !== undefined && installedCa !== ca
      ? await verifyPair(filesOf(collector, candidate, installedCa), partiesOf(component, version), now)
      : undefined;
  const results = usable && roles.includes('server') ? await callerResults(collector, component, candidate, now) : [];
  const calls = usable && roles.includes('client');
  const identity = calls ? attempted(() => candidateIdentity(collector, component, candidate, installedCa)) : undefined;
  const unusable = identity instanceof CredentialError ? identity : undefined;
  const observations = identity instanceof CredentialError ? [] : await callAs(collector, component, identity, signal);
  if (signal.aborted) {
    throw interrupted();
  }
  return {
    now,
    component,
    roles,
    inventory,
    caGiven: paths.ca !== undefined,
    candidate,
    current,
    others: installed.filter(({ instance }) => instance.component !== component),
    underCurrentCa,
    callerResults: results,
    observations,
    unusable,
  };
}

/** The result of verification by each caller of the component on this node, with the caller's own CA file. */
async function callerResults(
  collector: Collector,
  component: ComponentName,
  candidate: CredentialFacts,
  now: Date,
): Promise<readonly CallerResult[]> {
  const { inventory } = collector;
  const ports = inventory.instances.filter((one) => one.component === component).flatMap(({ endpoints }) => endpoints);
  const results: CallerResult[] = [];
  for (const caller of inventory.instances) {
    const facts = callingFactsOf(collector.credentials(), caller);
    const ca = facts?.paths.ca;
    const calls = ports.some(({ profile }) => profile.calledBy.includes(caller.component));
    if (calls && ca !== undefined && ca !== candidate.paths.ca) {
      const verifier = profiles[caller.component].verifiesServersBy;
      const parties = {
        parties: [{ verifier, role: 'server', owner: false }],
        goRelease: goReleaseOf(caller.version),
      } as const;
      const [result] = await verifyPair(filesOf(collector, candidate, ca), parties, now);
      results.push(...(result === undefined ? [] : [{ caller, ca: facts?.ca, result }]));
    }
  }
  return results;
}

/** Throws CredentialError where OpenSSL, which makes the agent's connections, does not load what Go may load. */
function candidateIdentity(
  collector: Collector,
  component: ComponentName,
  candidate: CredentialFacts,
  installedCa: string | undefined,
): Identity {
  const { certificatePem, keyPem } = pemOf(collector, candidate);
  // Servers still have certificates of the installed CA.
  const authorities = [candidate.paths.ca, installedCa].filter((path) => path !== undefined);
  const pem = [...new Set(authorities)].map((path) => textOf(collector, path)).join('\n');
  const bundle = { pem, digest: createHash('sha256').update(pem).digest('hex') };
  const verifier = profiles[component].verifiesServersBy;
  try {
    const secureContext = createSecureContext({ cert: certificatePem, key: keyPem, ca: pem, ...probeContext });
    return { name: 'candidate', secureContext, trust: { verifier, bundle } };
  } catch (error: unknown) {
    throw notLoaded(candidate.paths.cert ?? '', error);
  }
}

async function callAs(
  collector: Collector,
  component: ComponentName,
  identity: Identity | undefined,
  signal: AbortSignal,
): Promise<readonly EndpointObservation[]> {
  const observed: EndpointObservation[] = [];
  for (const instance of collector.inventory.instances) {
    for (const endpoint of instance.endpoints) {
      const called = endpoint.profile.calledBy.includes(component) && endpoint.scheme === 'https';
      if (called && identity !== undefined) {
        const options = { timeout: collector.config.probe.timeout, signal };
        const observation = await collector.access.connect({ instance, endpoint }, signal, () =>
          probeEndpoint(targetOf(endpoint), identity, options),
        );
        observed.push(...(observation === undefined ? [] : [{ instance, endpoint, observation }]));
      }
    }
  }
  return observed;
}

function pemOf(collector: Collector, { paths }: CredentialFacts) {
  return { certificatePem: textOf(collector, paths.cert ?? ''), keyPem: textOf(collector, paths.key ?? '') };
}

function filesOf({ repository }: Collector, { paths }: CredentialFacts, ca: string): CredentialFiles {
  return {
    ca: repository.file(ca),
    cert: repository.file(paths.cert ?? ''),
    key: repository.file(paths.key ?? ''),
  };
}

function textOf({ repository }: Collector, path: string): string {
  return repository.file(path).bytes.toString('utf8');
}
