import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { type Answer, text } from './answer.js';

/** No request of ours has a body; what a client sends all the same is read up to this and not kept. */
const largestBody = 4 * 1024;

/**
 * Refuses before anything else what no honest client sends: pages of a browser that ask for a reload, names that lead
 * to a loopback address by somebody else's DNS, bodies, and paths that are none. Undefined: go on.
 */
export function rejectionOf(request: IncomingMessage, plainLoopback: boolean): Answer | undefined {
  const { headers, method, url = '/' } = request;
  if (plainLoopback && headers.host !== undefined && !isOwnName(headers.host)) {
    return text(403, 'this is a loopback address; call it localhost or by its address, not by another name');
  }
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > largestBody) {
    return { ...text(413, 'send no body'), headers: { connection: 'close' } };
  }
  const byPage = headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
  if (byPage && method !== 'GET' && method !== 'HEAD') {
    return text(403, 'no page of a browser may do this; use a program such as curl');
  }
  return URL.canParse(url, 'http://agent') ? undefined : text(400, 'the path is none');
}

/** An address cannot be rebound: to a browser it is the origin itself. */
function isOwnName(header: string): boolean {
  const [, six, name = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(header) ?? [];
  const host = (six ?? name).toLowerCase();
  return isIP(host) !== 0 || host === 'localhost' || host === hostname().toLowerCase();
}

/** Whether a bound address is reached from this machine alone. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
