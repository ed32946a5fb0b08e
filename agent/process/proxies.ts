import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { CredentialStore } from '../../credentials/credential-store.js';
import { CredentialError } from '../../credentials/error.js';
import { errorCode, errorMessage } from '../../credentials/error-text.js';
import { formatProxyAddress } from '../../proxy/address.js';
import { type RunningProxy, type StartOptions, startProxy } from '../../proxy/proxy.js';
import { ProxyMetrics } from '../../proxy/proxy-metrics.js';
import type { ProxySettings } from '../../proxy/settings.js';
import { addressInUse, OperatorError } from '../config/error.js';
import type { ListenerCredentials } from './workers/messages.js';

/** Starts the listeners. Throws OperatorError where one cannot listen or load its credentials. */
export async function startProxies(
  settings: readonly ProxySettings[],
  registry: Registry,
  logger: Logger,
  options: StartOptions = {},
): Promise<RunningProxy> {
  try {
    return await startProxy(settings, new ProxyMetrics(registry), logger, options);
  } catch (error: unknown) {
    rejectCredentials(error);
    const addresses = settings.map(({ listen }) => formatProxyAddress(listen)).join(', ');
    const hint = hints[errorCode(error)] ?? 'listen at an address of this machine';
    const message = `cannot listen on ${addresses}: ${errorMessage(error)}`;
    throw new OperatorError('proxy_listen', message, hint, error);
  }
}

/**
 * Keeps the last good credentials of each listener; every call of the returned function reads the files where they
 * changed. Throws OperatorError.
 */
export function lastGoodCredentials(settings: readonly ProxySettings[]): () => ListenerCredentials {
  try {
    const stores = settings.map(({ name, files, reloadCa }) => ({
      name,
      store: new CredentialStore(files, { reloadCa }),
    }));
    return () => Object.fromEntries(stores.map(({ name, store }) => [name, store.handOver()]));
  } catch (error: unknown) {
    rejectCredentials(error);
    throw error;
  }
}

/** Of all listeners together. */
export function mostConnections(settings: readonly ProxySettings[]): number {
  return settings.reduce((sum, { maxConnections }) => sum + maxConnections, 0);
}

function rejectCredentials(error: unknown): void {
  if (error instanceof CredentialError) {
    throw new OperatorError('proxy_credentials', error.message, error.hint, error);
  }
}

const hints: Readonly<Record<string, string | undefined>> = {
  EADDRINUSE: addressInUse,
  EACCES: 'this process may not use the port, or may not write to the folder of the socket',
  ENOTFOUND: 'the host name does not resolve',
  EADDRNOTAVAIL: 'no interface of this machine has the address',
};
