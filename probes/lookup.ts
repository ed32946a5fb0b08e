import type { LookupAddress } from 'node:dns';
import { lookup as ask } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import pLimit from 'p-limit';

/** A name that took longer is suspected to hang, in milliseconds. */
const suspiciousMilliseconds = 1_000;

const inFlight = new Map<string, Promise<readonly LookupAddress[]>>();
const suspected = new Set<string>();
const oneByOne = pLimit(1);

/**
 * Asks the system for the addresses of a name. A resolver that does not answer holds a thread for seconds, and two of
 * them are all that Node uses for names: so a name is asked for once at a time, whoever wants it, and those that hung
 * before share one thread, which leaves the other one to the rest.
 */
export async function addressesOf(host: string): Promise<readonly LookupAddress[]> {
  const known = inFlight.get(host);
  if (known !== undefined) {
    return await known;
  }
  const asking = suspected.has(host) ? oneByOne(() => timed(host)) : timed(host);
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
    if (performance.now() - start > suspiciousMilliseconds) {
      suspected.add(host);
    } else {
      suspected.delete(host);
    }
  }
}

/** The same for sockets. */
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
