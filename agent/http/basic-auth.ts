import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { compare } from 'bcryptjs';
import pLimit from 'p-limit';
import { BoundedMap } from '../../credentials/bounded-map.js';

const mostRemembered = 100;
/** Guesses that wait for their turn; one more is told to come back. */
const mostWaiting = 8;
/** After a wrong guess the next one waits so many times as long as it took: guessing never costs more than a quarter. */
const restFactor = 3;

export type Admission = 'accepted' | 'rejected' | 'busy';

/**
 * Checks `Authorization: Basic` against bcrypt hashes. bcrypt is slow on purpose, so one guess is worked on at a time,
 * wrong ones are followed by a rest, and what was found is remembered: a scraper costs one hash however often it comes,
 * also while somebody else is guessing. An unknown user takes as long as a known one.
 */
export class BasicAuth {
  readonly #oneAtATime = pLimit(1);
  readonly #good = new BoundedMap<true>(mostRemembered);
  readonly #bad = new BoundedMap<true>(mostRemembered);

  async accepts(header: string | undefined, users: ReadonlyMap<string, string>): Promise<Admission> {
    const encoded = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header ?? '')?.[1];
    if (encoded === undefined) {
      return 'rejected';
    }
    const [name = '', password = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(/:(.*)/s);
    const hash = users.get(name);
    const key = createHash('sha256')
      .update(JSON.stringify([hash, name, password]))
      .digest('hex');
    if (this.#good.get(key) === true) {
      return 'accepted';
    }
    if (this.#bad.get(key) === true) {
      return 'rejected';
    }
    if (this.#oneAtATime.pendingCount >= mostWaiting) {
      return 'busy';
    }
    const matches = await this.#compare(password, hash ?? nobodyLike(users));
    const accepted = matches && hash !== undefined;
    (accepted ? this.#good : this.#bad).set(key, true);
    return accepted ? 'accepted' : 'rejected';
  }

  #compare(password: string, hash: string): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#oneAtATime(async () => {
        const start = performance.now();
        const matches = await compare(password, hash);
        resolve(matches);
        if (!matches) {
          await pause(restFactor * (performance.now() - start));
        }
      }).catch(reject);
    });
  }
}

/** A hash that no password is known to have, at the cost of the dearest user. */
function nobodyLike(users: ReadonlyMap<string, string>): string {
  const costs = [...users.values()].map((hash) => hash.slice(4, 6)).sort();
  return `$2b$${costs.at(-1) ?? '10'}$${'a'.repeat(21)}u${'b'.repeat(31)}`;
}
