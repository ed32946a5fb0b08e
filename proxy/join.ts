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
  client.pipe(target);
  target.pipe(client);
  follow(client, target, closed);
  follow(target, client, closed);
}

function follow(from: Socket, to: Socket, closed: () => void): void {
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
