import type { Logger } from 'pino';
import { CredentialStore, type CredentialVersion, type Inheritance } from '../credentials/credential-store.js';
import { accessLog, toAll } from './access-log.js';
import { ProxyListener } from './listener.js';
import type { ProxyMetrics } from './proxy-metrics.js';
import type { ProxySettings } from './settings.js';

export interface RunningProxy {
  /** The name and the address in use of each listener. */
  readonly addresses: readonly { readonly name: string; readonly address: string }[];
  readonly listeners: readonly ProxyListener[];
  /** Accepts no more. Resolves true when all connections ended in time, false when some were closed at the end of it. */
  drain(milliseconds: number): Promise<boolean>;
}

export interface StartOptions {
  /** The credentials to start with instead of the files, by the listener's name. */
  readonly inherited?: Readonly<Record<string, Inheritance>>;
  /** Called after a listener has loaded new credentials. */
  readonly onReloaded?: () => void;
}

/** Starts every listener or none: where one fails to listen, those before it are closed again. */
export async function startProxy(
  settings: readonly ProxySettings[],
  metrics: ProxyMetrics,
  logger: Logger,
  { inherited = {}, onReloaded }: StartOptions = {},
): Promise<RunningProxy> {
  const listeners: ProxyListener[] = [];
  const addresses: { name: string; address: string }[] = [];
  const drain = async (milliseconds: number) => {
    const drained = await Promise.all(listeners.map((listener) => listener.drain(milliseconds)));
    return drained.every(Boolean);
  };
  try {
    for (const one of settings) {
      const log = logger.child({ listener: one.name });
      const store = new CredentialStore(one.files, {
        reloadCa: one.reloadCa,
        inherited: inherited[one.name],
        onReload: ({ outcome, version, error }) => {
          if (outcome === 'failed') {
            log.warn({ reason: error?.message }, 'credentials could not be reloaded; the last good ones stay in use');
          } else {
            onReloaded?.();
            warnOfValidity(version, log);
          }
        },
      });
      warnOfValidity(store.current(), log);
      const listener = new ProxyListener(one, store, toAll(metrics.eventsFor(one.name), accessLog(log)));
      addresses.push({ name: one.name, address: await listener.listen() });
      listeners.push(listener);
    }
  } catch (error: unknown) {
    await drain(0);
    throw error;
  }
  return { addresses, listeners, drain };
}

function warnOfValidity({ pair: { leaf } }: CredentialVersion, logger: Logger, now = new Date()): void {
  if (now < leaf.notBefore || now > leaf.notAfter) {
    logger.warn(
      { notBefore: leaf.notBefore, notAfter: leaf.notAfter },
      `${leaf.subject} is not valid now: peers reject it`,
    );
  }
}
