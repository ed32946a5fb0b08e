import { utimes } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { DevCluster } from './dev-cluster.js';

/** Plays the scenes of the demo, `pace` milliseconds apart. Returns at once when aborted. */
export async function playStory(
  cluster: DevCluster,
  say: (line: string) => void,
  signal: AbortSignal,
  pace: number,
): Promise<void> {
  const scenes: readonly (readonly [string, () => Promise<void>])[] = [
    ['A rotation that works: PD loads its new certificate at the next handshake.', () => cluster.rotate('pd')],
    [
      'A rotation that TiKV does not pick up: certificate first, then a connection, then the key.',
      () =>
        cluster.rotate('tikv', { order: 'certificate-first', between: () => touchPort(cluster.port('tikv', 'grpc')) }),
    ],
    ['The fix: touch the certificate file.', () => utimes(cluster.files('tikv').cert, new Date(), new Date())],
    [
      'TiDB gets a certificate that expires in an hour.',
      () => cluster.rotate('tidb', { notAfter: new Date(Date.now() + 3_600_000) }),
    ],
    [
      'TiDB gets a certificate of a year again. This is the last scene; the cluster keeps running.',
      () => cluster.rotate('tidb'),
    ],
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
