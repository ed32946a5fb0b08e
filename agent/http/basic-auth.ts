import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { compare } from 'bcryptjs';
import pLimit from 'p-limit';
import { BoundedMap } from '../../credentials/bounded-map.js';

const mostRemembered = 100;
/** Passwords that wait to be verified; one more is `busy`. */
const mostWaiting = 8;
/** Pause after a wrong password, in multiples of its verification: guessing costs at most a quarter of a CPU. */
const pauseFactor = 3;

export type Authentication = 'accepted' | 'rejected' | 'busy';

/**
 * Verifies `Authorization: Basic` against bcrypt hashes. bcrypt is slow on purpose, so one password is verified at a time,
 * a pause follows a wrong one, and results are remembered: a scraper costs one hash however often it scrapes, also while
 * another client guesses passwords. Every user takes as long as one of the highest cost, an unknown one, too.
 */
export class BasicAuth {
  readonly #oneAtATime = pLimit(1);
  readonly #good = new BoundedMap<true>(mostRemembered);
  readonly #bad = new BoundedMap<true>(mostRemembered);

  async authenticate(header: string | undefined, users: ReadonlyMap<string, string>): Promise<Authentication> {
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
    const matches = await this.#compare(password, hash ?? hashOfCost(highestCost(users)), highestCost(users));
    const accepted = matches && hash !== undefined;
    (accepted ? this.#good : this.#bad).set(key, true);
    return accepted ? 'accepted' : 'rejected';
  }

  #compare(password: string, hash: string, cost: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#oneAtATime(async () => {
        const start = performance.now();
        const matches = await compareAtCost(password, hash, cost);
        resolve(matches);
        if (!matches) {
          await pause(pauseFactor * (performance.now() - start));
        }
      }).catch(reject);
    });
  }
}

/**
 * Takes as long as a hash of `cost`, which is no less than that of `hash`: otherwise time would tell users of different
 * costs, and unknown ones, apart. One step of cost doubles the work, so one more hash of each cost between makes it up.
 */
async function compareAtCost(password: string, hash: string, cost: number): Promise<boolean> {
  const matches = await compare(password, hash);
  for (let more = costOf(hash); more < cost; more++) {
    await compare(password, hashOfCost(more));
  }
  return matches;
}

function costOf(hash: string): number {
  return Number(hash.slice(4, 6));
}

function highestCost(users: ReadonlyMap<string, string>): number {
  return Math.max(...[...users.values()].map(costOf));
}

/** A hash that matches no known password. */
function hashOfCost(cost: number): string {
  return `$2b$${String(cost).padStart(2, '0')}$${'a'.repeat(21)}u${'b'.repeat(31)}`;
}
