import { Duplex } from 'node:stream';

/** Two streams, each reading what the other wrote: a connection without a network. */
export function duplexPair(): readonly [Duplex, Duplex] {
  const ends: Duplex[] = [];
  const make = (peer: () => Duplex | undefined) =>
    new Duplex({
      read: () => undefined,
      write: (chunk, _encoding, done) => {
        // Never in the same tick: the reader would call back into an OpenSSL that is still in the middle of writing.
        setImmediate(() => {
          peer()?.push(chunk);
          done();
        });
      },
      final: (done) => {
        peer()?.push(null);
        done();
      },
    });
  const near = make(() => ends[1]);
  const far = make(() => ends[0]);
  ends.push(near, far);
  return [near, far];
}
