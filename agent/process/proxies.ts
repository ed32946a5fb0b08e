import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { CredentialStore, type Inheritance } from '../../credentials/credential-store.js';
import { CredentialError } from '../../credentials/error.js';
import { errorCode, errorMessage } from '../../credentials/error-text.js';
import { formatProxyAddress } from '../../proxy/address.js';
import { type RunningProxy, type StartOptions, startProxy } from '../../proxy/proxy.js';
import { ProxyMetrics } from '../../proxy/proxy-metrics.js';
import type { ProxySettings } from '../../proxy/settings.js';
import { OperatorError } from '../config/error.js';

/** Starts the listeners; what keeps one from starting is the operator's to mend. */
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
    const remediation = remediations[errorCode(error)] ?? 'listen at an address of this machine';
    throw new OperatorError('proxy_listen', errorMessage(error), `${remediation}: ${addresses}`, error);
  }
}

/** Keeps the last good pair of each listener; every call of the function looks at the files. Throws OperatorError. */
export function lastGoodPairs(settings: readonly ProxySettings[]): () => Readonly<Record<string, Inheritance>> {
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

function rejectCredentials(error: unknown): void {
  if (error instanceof CredentialError) {
    throw new OperatorError('proxy_credentials', error.message, error.hint, error);
  }
}

const remediations: Readonly<Record<string, string | undefined>> = {
  EADDRINUSE: 'see who holds the address',
  EACCES: 'the port, or the folder of the socket, needs rights that this process does not have, or is missing',
  ENOTFOUND: 'the name does not resolve',
  EADDRNOTAVAIL: 'no interface of this machine has that address',
};
