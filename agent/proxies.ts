import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { CredentialError } from '../credentials/error.js';
import { formatProxyAddress } from '../proxy/address.js';
import { type RunningProxy, startProxy } from '../proxy/proxy.js';
import { ProxyMetrics } from '../proxy/proxy-metrics.js';
import type { ProxySettings } from '../proxy/settings.js';
import { messageOf, OperatorError } from './error.js';

/** Starts the listeners; what keeps one from starting is the operator's to mend. */
export async function startProxies(
  settings: readonly ProxySettings[],
  registry: Registry,
  logger: Logger,
): Promise<RunningProxy> {
  try {
    return await startProxy(settings, new ProxyMetrics(registry), logger);
  } catch (error: unknown) {
    if (error instanceof CredentialError) {
      throw new OperatorError('proxy_credentials', error.message, error.hint, error);
    }
    const addresses = settings.map(({ listen }) => formatProxyAddress(listen)).join(', ');
    throw new OperatorError('proxy_listen', messageOf(error), `see who holds the address: ${addresses}`, error);
  }
}
