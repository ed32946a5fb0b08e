import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { type Answer, text } from './answer.js';

/** No route reads a body; one up to this size is ignored. */
const largestBody = 4 * 1024;

/**
 * Rejects what no legitimate client sends: a reload from a page in a browser, a host name that resolves to a loopback
 * address (DNS rebinding), a body, an invalid path. Undefined: the request may be answered.
 */
export function rejectionOf(request: IncomingMessage, plainLoopback: boolean): Answer | undefined {
  const { headers, method, url = '/' } = request;
  if (plainLoopback && headers.host !== undefined && !isLocalName(headers.host)) {
    return text(403, 'this is a loopback address: use localhost, the host name or the address in the URL');
  }
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > largestBody) {
    return { ...text(413, 'request bodies are not accepted'), headers: { connection: 'close' } };
  }
  const byPage = headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
  if (byPage && method !== 'GET' && method !== 'HEAD') {
    return text(403, 'not allowed from a page in a browser; use a program such as curl');
  }
  return URL.canParse(url, 'http://agent') ? undefined : text(400, 'invalid path');
}

/** Addresses are accepted, too: DNS rebinding needs a name. */
function isLocalName(header: string): boolean {
  const [, six, name = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(header) ?? [];
  const host = (six ?? name).toLowerCase();
  return isIP(host) !== 0 || host === 'localhost' || host === hostname().toLowerCase();
}

/** Whether only this machine can connect to the address. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
