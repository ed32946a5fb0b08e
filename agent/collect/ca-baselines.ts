import { type Baseline, credentialKey } from '../../checks/check.js';
import { profiles } from '../../cluster/components/profiles.js';
import type { Instance } from '../../cluster/inventory/inventory.js';
import type { Certificate } from '../../credentials/certificate.js';
import { CredentialError } from '../../credentials/error.js';
import type { CredentialFacts } from '../../credentials/facts.js';
import { readKeyPair } from '../../credentials/key-pair.js';
import { verifiedOnce } from '../../credentials/known-results.js';
import { readTrustBundle } from '../../credentials/trust-bundle.js';
import { type VerificationResult, verifyBothRoles } from '../../credentials/verification.js';
import { Processes } from './processes.js';

interface FirstSight {
  readonly baseline: Baseline;
  /** The CA file's text then; undefined where it did not parse. */
  readonly pem: string | undefined;
  /** What the file held since, by its digest. */
  readonly later: ReadonlyMap<string, readonly Certificate[]>;
}

/** The CA file of each local instance as it was first seen: what its process and its peers may still hold. */
export class Baselines {
  readonly #first: Map<string, FirstSight>;

  /** Of an earlier look only what is `known` still counts. */
  constructor(before: Baselines | undefined, known: ReadonlySet<string>) {
    const earlier = before === undefined ? [] : [...before.#first];
    this.#first = new Map(earlier.filter(([key]) => known.has(key)));
  }

  entries(): ReadonlyMap<string, Baseline> {
    return new Map([...this.#first].map(([key, { baseline }]) => [key, baseline]));
  }

  /** Looks at the files of these instances as they were read just now. */
  async see(
    instances: readonly Instance[],
    credentials: ReadonlyMap<string, CredentialFacts>,
    now: Date,
  ): Promise<void> {
    const processes = new Processes();
    for (const instance of instances) {
      const facts = credentials.get(credentialKey(instance));
      if (facts !== undefined) {
        await this.#see(instance, facts, now, processes);
      }
    }
  }

  async #see(instance: Instance, facts: CredentialFacts, now: Date, processes: Processes): Promise<void> {
    const key = credentialKey(instance);
    const first = this.#first.get(key) ?? firstSight(facts, now);
    if (first === undefined) {
      return;
    }
    const ports = instance.endpoints.map(({ port }) => port);
    const start = processes.startOf(profiles[instance.component].executable, ports);
    const changed = facts.caDigest !== first.baseline.caDigest;
    const underOldCa =
      changed && first.pem !== undefined ? await resultsUnder(facts, first.baseline, first.pem, now) : undefined;
    const { caDigest, ca } = facts;
    // What does not parse nobody can have loaded.
    const loadable = changed && caDigest !== undefined && ca !== undefined;
    const later = loadable ? new Map([...first.later, [caDigest, ca]]) : first.later;
    const between = [...later].filter(([digest]) => digest !== caDigest).map(([, certificates]) => certificates);
    const baseline = { ...first.baseline, between, processStart: start, underOldCa };
    this.#first.set(key, { ...first, later, baseline });
  }
}

function firstSight({ caDigest, ca, paths }: CredentialFacts, since: Date): FirstSight | undefined {
  return caDigest === undefined
    ? undefined
    : { baseline: { caDigest, since, ca }, pem: ifGood(() => readTrustBundle(paths.ca ?? '').pem), later: new Map() };
}

async function resultsUnder(
  { paths, keyMatches }: CredentialFacts,
  old: Baseline,
  pem: string,
  now: Date,
): Promise<readonly VerificationResult[] | undefined> {
  const pair =
    keyMatches === true ? ifGood(() => readKeyPair({ cert: paths.cert ?? '', key: paths.key ?? '' })) : undefined;
  if (pair === undefined) {
    return undefined;
  }
  const certificates = [...(old.ca ?? []), ...pair.chain];
  const digests = `${old.caDigest} ${pair.digest}`;
  // A pair that OpenSSL does not load has no verdict; the facts of the files say so.
  return await verifiedOnce(digests, certificates, now, () => verifyBothRoles(pair, pem)).catch(() => undefined);
}

/** What is wrong with a file is told by the checks on files. */
function ifGood<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error: unknown) {
    if (error instanceof CredentialError) {
      return undefined;
    }
    throw error;
  }
}
