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

/** Why there is no TCP connection. The sentence says that this is no TLS rejection, because operators take it for one. */
export function unreachableDetail(code: string): string {
  return `unreachable: ${reasons.get(code) ?? (code || 'connection closed')} (this is not a TLS rejection)`;
}
