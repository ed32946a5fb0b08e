import type { Socket } from 'node:net';

/**
 * Joins two sockets and resolves when both are closed. The end of one direction is passed on by itself (half-close),
 * even where it came before the join. A side that fails closes the other one; a side that ended well lets what was read
 * from it be written first.
 */
export async function join(client: Socket, target: Socket): Promise<void> {
  await Promise.all([pump(client, target), pump(target, client)]);
}

async function pump(from: Socket, to: Socket): Promise<void> {
  from.pipe(to);
  await closeOf(from);
  if (from.readableEnded) {
    to.destroySoon();
  } else {
    to.destroy();
  }
}

function closeOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) {
      resolve();
    } else {
      socket.once('close', () => resolve());
    }
  });
}
