import { credentialKey } from '../../checks/check.js';
import type { Certificate } from '../../credentials/certificate.js';
import type { NodeCredentialEntry } from '../collect/credential-entries.js';

/** Credential files of one instance that changed on disk. */
export interface FileChange {
  readonly entry: NodeCredentialEntry;
  /** The certificate on disk now; undefined where it cannot be read. */
  readonly leaf: Certificate | undefined;
  /** Whether it is another certificate than the one before. */
  readonly renewed: boolean;
}

interface KnownFiles {
  readonly digest: string;
  readonly fingerprint: string | undefined;
}

/** Instances that left the inventory and whose files are still known. */
const mostGone = 1_000;

/** Compares the credential files of each reading with those of the one before; the first reading of a file is no change. */
export class FileChanges {
  #known: ReadonlyMap<string, KnownFiles> = new Map();

  update(entries: readonly NodeCredentialEntry[]): readonly FileChange[] {
    const changes: FileChange[] = [];
    const known = new Map<string, KnownFiles>();
    for (const entry of entries) {
      const { component, instance, facts } = entry;
      const key = credentialKey({ component, name: instance });
      const before = this.#known.get(key);
      const digest = `${facts.pairDigest} ${facts.caDigest}`;
      const leaf = facts.chain?.[0];
      // A certificate that was unreadable in between is not a new one.
      known.set(key, { digest, fingerprint: leaf?.fingerprint ?? before?.fingerprint });
      if (before !== undefined && before.digest !== digest) {
        changes.push({ entry, leaf, renewed: leaf !== undefined && leaf.fingerprint !== before.fingerprint });
      }
    }
    const gone = [...this.#known].filter(([key]) => !known.has(key)).slice(-mostGone);
    this.#known = new Map([...gone, ...known]);
    return changes;
  }
}
