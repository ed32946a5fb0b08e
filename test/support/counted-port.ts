import { connect, createServer, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { Test } from 'tap';
import { listening } from './listening.js';

/** Milliseconds that each connection lasts longer than the port behind would make it. */
const delay = 10;

/** A TCP port in front of another one, which counts how many clients it has at once. */
export async function countedPort(t: Test, behind: number) {
  const open = new Set<Socket>();
  let connections = 0;
  let most = 0;
  const server = createServer((client) => {
    connections++;
    open.add(client);
    const forget = () => open.delete(client);
    client.once('end', forget).once('close', forget).on('error', forget);
    setTimeout(() => {
      const upstream = connect({ host: '127.0.0.1', port: behind });
      upstream.on('error', () => client.destroy()).on('close', () => client.destroy());
      client.on('close', () => upstream.destroy());
      client.pipe(upstream).pipe(client);
    }, delay);
    void count();
  });
  /** An end that arrived before the connection is known in the next turn of the event loop. */
  const count = async () => {
    await turn();
    await turn();
    most = Math.max(most, open.size);
  };
  return { port: await listening(t, server), connections: () => connections, most: () => most };
}
