import type { LookupAddress } from 'node:dns';
import { lookup as ask } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import pLimit from 'p-limit';

/** A name whose lookup took longer is looked up in the queue of slow names; milliseconds. */
const slowMilliseconds = 1_000;

const inFlight = new Map<string, Promise<readonly LookupAddress[]>>();
const slowNames = new Set<string>();
const slowQueue = pLimit(1);

/**
 * The addresses of a name, by the system's resolver. A lookup without an answer occupies a thread for seconds, and Node
 * uses two threads for lookups. Concurrent lookups of one name are therefore shared, and names that were slow before
 * are looked up one after the other, which leaves the second thread to all other names. Rejects with the resolver's
 * error.
 */
export async function addressesOf(host: string): Promise<readonly LookupAddress[]> {
  const known = inFlight.get(host);
  if (known !== undefined) {
    return await known;
  }
  const asking = slowNames.has(host) ? slowQueue(() => timed(host)) : timed(host);
  inFlight.set(host, asking);
  try {
    return await asking;
  } finally {
    inFlight.delete(host);
  }
}

async function timed(host: string): Promise<readonly LookupAddress[]> {
  const start = performance.now();
  try {
    return await ask(host, { all: true });
  } finally {
    if (performance.now() - start > slowMilliseconds) {
      slowNames.add(host);
    } else {
      slowNames.delete(host);
    }
  }
}

/** The same as the `lookup` option of a socket. */
export const lookup: LookupFunction = (host, { all }, done) => {
  addressesOf(host).then(
    (addresses) => {
      const [first] = addresses;
      if (all === true) {
        done(null, [...addresses]);
      } else {
        done(null, first?.address ?? '', first?.family);
      }
    },
    (error: NodeJS.ErrnoException) => done(error, ''),
  );
};
