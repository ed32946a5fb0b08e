import { utimes } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { DevCluster } from './dev-cluster.js';

/** Plays three scenes, `pace` milliseconds apart, and ends at once when aborted. */
export async function tellStory(
  cluster: DevCluster,
  say: (line: string) => void,
  signal: AbortSignal,
  pace: number,
): Promise<void> {
  const scenes: readonly (readonly [string, () => Promise<void>])[] = [
    ['A rotation that works: PD reads its new pair at the next handshake.', () => cluster.rotate('pd')],
    [
      'One that TiKV does not pick up: certificate first, a client connects, then the key.',
      () =>
        cluster.rotate('tikv', { order: 'certificate-first', between: () => touchPort(cluster.port('tikv', 'grpc')) }),
    ],
    ['The fix: touch the certificate file.', () => utimes(cluster.files('tikv').cert, new Date(), new Date())],
    [
      'TiDB gets a certificate that ends in an hour.',
      () => cluster.rotate('tidb', { notAfter: new Date(Date.now() + 3_600_000) }),
    ],
    ['And a good one again. That is the story; the cluster stays up.', () => cluster.rotate('tidb')],
  ];
  for (const [line, act] of scenes) {
    try {
      await pause(pace, undefined, { signal });
    } catch (error: unknown) {
      if (signal.aborted) {
        return;
      }
      throw error;
    }
    say(line);
    await act();
  }
}

/** A bare TCP connect, as health checks make it. */
function touchPort(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', reject);
    socket.once('connect', () => socket.end());
    socket.once('close', () => resolve());
    socket.resume();
    setTimeout(() => socket.destroy(), 200).unref();
  });
}
