import { spawn } from 'node:child_process';
import type { Logger } from 'pino';

export interface SystemdNotifier {
  /** The service is ready. From now on the watchdog is notified, too. */
  ready(): void;
  stopping(): Promise<void>;
}

/**
 * Notifies systemd that the service is ready, at half of the watchdog's interval that it is alive, and that it stops.
 * Node has no Unix datagrams, so `systemd-notify` sends the messages (the unit needs `NotifyAccess=all`). Without
 * systemd nothing happens.
 */
export function systemdNotifier(signal: AbortSignal, logger: Logger): SystemdNotifier {
  if (process.env.NOTIFY_SOCKET === undefined) {
    return { ready: () => undefined, stopping: async () => undefined };
  }
  const send = (state: string) => notify(state, logger);
  return {
    ready: () => {
      if (signal.aborted) {
        // Stopped during its start.
        return;
      }
      void send('READY=1');
      const interval = Number(process.env.WATCHDOG_USEC ?? 0) / 2_000;
      const timer = interval > 0 ? setInterval(() => void send('WATCHDOG=1'), interval) : undefined;
      signal.addEventListener('abort', () => clearInterval(timer), { once: true });
    },
    stopping: () => send('STOPPING=1'),
  };
}

function notify(state: string, logger: Logger): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn('systemd-notify', [`--pid=${process.pid}`, state], { stdio: 'ignore' });
    child.once('error', (error) => {
      logger.warn({ reason: error.message }, 'systemd could not be notified');
      resolve();
    });
    child.once('exit', () => resolve());
  });
}
