import { type Baseline, credentialKey } from '../../checks/check.js';
import { partiesOf } from '../../cluster/components/parties.js';
import { profiles } from '../../cluster/components/profiles.js';
import type { Instance } from '../../cluster/inventory/inventory.js';
import type { Certificate } from '../../credentials/certificate.js';
import type { CredentialFile } from '../../credentials/credential-file.js';
import { usable } from '../../credentials/error.js';
import type { CredentialFacts } from '../../credentials/facts.js';
import type { CredentialRepository } from '../../credentials/repository.js';
import { verificationKey, verifiedOnce, verifyPair } from '../../credentials/verification.js';
import type { VerificationResult } from '../../credentials/verifiers/verifier.js';
import { Processes } from './processes.js';

interface FirstReading {
  readonly baseline: Baseline;
  /** The CA file then; undefined where it did not parse. */
  readonly file: CredentialFile | undefined;
  /** What the file held at the latest reading. */
  readonly digest: string | undefined;
  /** What the file held since, by its digest. */
  readonly later: ReadonlyMap<string, readonly Certificate[]>;
}

/** The CA file of each local instance as it was first read: what its process and its peers may still hold. */
export class Baselines {
  readonly #repository: CredentialRepository;
  readonly #first: Map<string, FirstReading>;

  /** Of earlier baselines only those of instances that are `known` are kept. */
  constructor(repository: CredentialRepository, before: Baselines | undefined, known: ReadonlySet<string>) {
    const earlier = before === undefined ? [] : [...before.#first];
    this.#repository = repository;
    this.#first = new Map(earlier.filter(([key]) => known.has(key)));
  }

  of(key: string): Baseline | undefined {
    return this.#first.get(key)?.baseline;
  }

  entries(): ReadonlyMap<string, Baseline> {
    return new Map([...this.#first].map(([key, { baseline }]) => [key, baseline]));
  }

  /** Records the files of these instances as `credentials` has them. */
  async record(
    instances: readonly Instance[],
    credentials: ReadonlyMap<string, CredentialFacts>,
    now: Date,
  ): Promise<void> {
    const processes = new Processes();
    for (const instance of instances) {
      const facts = credentials.get(credentialKey(instance));
      if (facts !== undefined) {
        await this.#record(instance, facts, now, processes);
      }
    }
  }

  /** Reads when the processes of these instances started. Returns whether one of them started again. */
  recordStarts(instances: readonly Instance[]): boolean {
    const processes = new Processes();
    let restarted = false;
    for (const instance of instances) {
      const key = credentialKey(instance);
      const known = this.#first.get(key);
      const start = startOf(instance, processes);
      if (known !== undefined && start !== undefined && start.getTime() !== known.baseline.processStart?.getTime()) {
        restarted = true;
        this.#first.set(key, { ...known, baseline: { ...known.baseline, processStart: start } });
      }
    }
    return restarted;
  }

  async #record(instance: Instance, facts: CredentialFacts, now: Date, processes: Processes): Promise<void> {
    const key = credentialKey(instance);
    const first = this.#first.get(key) ?? this.#firstReading(facts, now);
    if (first === undefined) {
      return;
    }
    const start = startOf(instance, processes);
    const changed = facts.caDigest !== first.baseline.caDigest;
    const underOldCa =
      changed && first.file !== undefined ? await this.#resultsUnder(instance, facts, first.file, now) : undefined;
    const { caDigest, ca } = facts;
    // No process can have loaded a file that does not parse.
    const loadable = changed && caDigest !== undefined && ca !== undefined;
    const later = loadable ? new Map([...first.later, [caDigest, ca]]) : first.later;
    const between = [...later].filter(([digest]) => digest !== caDigest).map(([, certificates]) => certificates);
    const isNew = changed && caDigest !== first.digest;
    const changedAt = isNew ? now : first.baseline.changedAt;
    const baseline = { ...first.baseline, between, changedAt, processStart: start, underOldCa };
    this.#first.set(key, { ...first, later, digest: caDigest, baseline });
  }

  #firstReading({ caDigest, ca, paths, caModifiedAt }: CredentialFacts, since: Date): FirstReading | undefined {
    if (caDigest === undefined) {
      return undefined;
    }
    const file = usable(() => this.#repository.file(paths.ca ?? ''));
    const same = file?.digest === caDigest && ca !== undefined;
    const writtenAt = caModifiedAt === undefined ? undefined : new Date(caModifiedAt);
    return {
      baseline: { caDigest, since, ca, writtenAt },
      file: same ? file : undefined,
      digest: caDigest,
      later: new Map(),
    };
  }

  async #resultsUnder(
    { component, version }: Instance,
    { paths, keyMatches, loadingFailures }: CredentialFacts,
    ca: CredentialFile,
    now: Date,
  ): Promise<readonly VerificationResult[] | undefined> {
    // What the component cannot load has no result; the facts of the files say so.
    const loads = keyMatches === true && loadingFailures.length === 0;
    const files = loads
      ? usable(() => ({
          ca,
          cert: this.#repository.file(paths.cert ?? ''),
          key: this.#repository.file(paths.key ?? ''),
        }))
      : undefined;
    if (files === undefined) {
      return undefined;
    }
    const parties = partiesOf(component, version);
    const certificates = [...ca.certificates, ...files.cert.certificates];
    return await verifiedOnce(verificationKey(files, parties), certificates, now, () =>
      verifyPair(files, parties, now),
    );
  }
}

function startOf({ component, endpoints }: Instance, processes: Processes): Date | undefined {
  const ports = endpoints.map(({ port }) => port);
  return processes.startOf(profiles[component].executable, ports);
}
