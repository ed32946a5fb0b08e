import { errorCode } from '../credentials/error-text.js';
import type { ProbeResult } from './probe-result.js';

/** The result of an attempt without a TCP connection. */
interface Unconnected extends ProbeResult {
  readonly outcome: 'unreachable' | 'inconclusive';
  readonly rejection: undefined;
}

/** Codes of a failed TCP connect or name lookup, in words. */
const reasons: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'connection refused'],
  ['ECONNRESET', 'connection reset'],
  ['EHOSTUNREACH', 'no route to host'],
  ['ENETUNREACH', 'network unreachable'],
  ['EHOSTDOWN', 'host is down'],
  ['ETIMEDOUT', 'connection timed out'],
  ['ENOTFOUND', 'the host name does not resolve'],
  ['EAI_AGAIN', 'name resolution failed for now'],
  ['EADDRNOTAVAIL', 'no local address or port is left'],
  ['EACCES', 'permission denied by this host'],
]);

/** This process had no descriptor, memory or buffer left: nothing is known of the port. */
const localShortages: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS']);

/**
 * The result of an attempt that did not come to a connection, and of one that this process had no means for. Undefined for
 * an error on a connection: it is the port's, and what it means depends on the probe.
 */
export function withoutConnection(error: unknown, isConnected: boolean): Unconnected | undefined {
  const code = errorCode(error);
  const result = (outcome: Unconnected['outcome'], detail: string) => ({ outcome, rejection: undefined, detail });
  if (localShortages.has(code)) {
    return result('inconclusive', `the agent could not open a connection: ${code}`);
  }
  return isConnected ? undefined : result('unreachable', unreachableDetail(code));
}

/** The sentence says that this is no TLS rejection, because operators take it for one. */
function unreachableDetail(code: string): string {
  return `unreachable: ${reasons.get(code) ?? (code || 'connection closed')} (this is not a TLS rejection)`;
}
