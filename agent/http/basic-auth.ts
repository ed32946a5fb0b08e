import { createHash } from 'node:crypto';
import { compare, hashSync } from 'bcryptjs';

/** A hash that no password has: an unknown user costs as much time as a wrong password. */
const nobody = hashSync(createHash('sha256').update(String(performance.now())).digest('hex'), 10);
const mostRemembered = 100;

/** Checks `Authorization: Basic` against bcrypt hashes; what was found good is remembered, because bcrypt is slow. */
export class BasicAuth {
  readonly #good = new Set<string>();

  async admits(header: string | undefined, users: ReadonlyMap<string, string>): Promise<boolean> {
    const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header ?? '')?.[1];
    if (encoded === undefined) {
      return false;
    }
    const [name = '', password = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(/:(.*)/s);
    const hash = users.get(name);
    const key = createHash('sha256').update(`${hash}\n${name}\n${password}`).digest('hex');
    if (this.#good.has(key)) {
      return true;
    }
    const matches = (await compare(password, hash ?? nobody)) && hash !== undefined;
    if (matches) {
      if (this.#good.size >= mostRemembered) {
        this.#good.clear();
      }
      this.#good.add(key);
    }
    return matches;
  }
}
