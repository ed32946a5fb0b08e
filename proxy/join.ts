import type { Socket } from 'node:net';

/**
 * Joins two sockets until both have ended. Each end is passed on by itself (half-close), with the stream's own
 * backpressure and no buffer besides. A side that fails takes the other one down; one that ended well lets what was
 * read from it be written first.
 */
export function join(client: Socket, target: Socket, onClosed: () => void): void {
  let open = 2;
  const closed = () => {
    if (--open === 0) {
      onClosed();
    }
  };
  pump(client, target, closed);
  pump(target, client, closed);
}

/** What arrives within one turn of the event loop goes out in one write: TLS hands over record by record. */
function pump(from: Socket, to: Socket, closed: () => void): void {
  let corked = false;
  const uncork = () => {
    corked = false;
    to.uncork();
  };
  from.on('data', (chunk: Buffer) => {
    if (!corked) {
      corked = true;
      to.cork();
      setImmediate(uncork);
    }
    if (!to.write(chunk)) {
      from.pause();
    }
  });
  to.on('drain', () => from.resume());
  from.on('end', () => to.end());
  from.on('error', () => to.destroy());
  from.on('close', () => {
    if (from.readableEnded) {
      to.destroySoon();
    } else {
      to.destroy();
    }
    closed();
  });
}
