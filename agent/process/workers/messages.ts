import type { Registry } from 'prom-client';
import type { Inheritance } from '../../../credentials/credential-store.js';

/** A registry's metrics as they are sent from process to process. */
export type MetricValues = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** The credentials of each listener, by its name. */
export type ListenerCredentials = Readonly<Record<string, Inheritance>>;

/** An operator's mistake: one line, and how to fix it. */
export interface Failure {
  readonly message: string;
  readonly hint: string;
}

/** Messages of the parent to a worker. */
export type ToWorker =
  /** The answer to `started`. */
  { readonly kind: 'begin'; readonly credentials: ListenerCredentials } | { readonly kind: 'metrics-request' };

/** Messages of a worker to its parent. */
export type FromWorker =
  /** The worker receives messages; those sent before are lost. */
  | { readonly kind: 'started' }
  /** The worker listens. */
  | { readonly kind: 'ready'; readonly addresses: readonly { readonly name: string; readonly address: string }[] }
  /** The worker has loaded new credentials, so that the parent reads the files, too. */
  | { readonly kind: 'reloaded' }
  /** The worker cannot start; the parent reports it once for all workers. */
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'metrics'; readonly values: MetricValues };
