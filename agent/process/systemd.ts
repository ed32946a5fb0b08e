import { spawn } from 'node:child_process';
import type { Logger } from 'pino';

export interface Notified {
  /** It serves, and from now on tells that it lives. */
  ready(): void;
  stopping(): Promise<void>;
}

/**
 * Tells systemd that the service is ready, then at half the watchdog's interval that it lives, and that it stops.
 * Node has no Unix datagrams, so `systemd-notify` speaks for it (the unit needs `NotifyAccess=all`). Without systemd
 * nothing happens.
 */
export function notifySystemd(signal: AbortSignal, logger: Logger): Notified {
  if (process.env.NOTIFY_SOCKET === undefined) {
    return { ready: () => undefined, stopping: async () => undefined };
  }
  const send = (state: string) => notify(state, logger);
  return {
    ready: () => {
      if (signal.aborted) {
        // Told to stop during its start.
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
      logger.warn({ reason: error.message }, 'systemd could not be told');
      resolve();
    });
    child.once('exit', () => resolve());
  });
}
