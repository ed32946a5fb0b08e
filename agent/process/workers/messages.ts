import type { Registry } from 'prom-client';
import type { Inheritance } from '../../../credentials/credential-store.js';

/** A registry's metrics as they cross from process to process. */
export type Figures = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** An operator's mistake: one line and its cure. */
export interface Failure {
  readonly message: string;
  readonly hint: string;
}

/** What the parent tells a worker. */
export type ToWorker =
  /** The answer to `started`: the pair of each listener, by its name. */
  { readonly kind: 'begin'; readonly pairs: Readonly<Record<string, Inheritance>> } | { readonly kind: 'ask-figures' };

/** What a worker tells its parent. */
export type FromWorker =
  /** It can be spoken to; what is sent to it before is lost. */
  | { readonly kind: 'started' }
  /** It listens. */
  | { readonly kind: 'ready'; readonly addresses: readonly { readonly name: string; readonly address: string }[] }
  /** It has a new pair, so the parent looks, too. */
  | { readonly kind: 'reloaded' }
  /** It cannot start, which the parent says once for all. */
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'figures'; readonly figures: Figures };
