import type { HarmlessProbe } from '../cluster/components/profile.js';
import { attempt, type ProbeContext } from './attempt.js';
import { decodeHttpAnswer } from './http-answers.js';
import type { exchange as exchangeHttp } from './http-exchange.js';
import type { Observation } from './observation.js';
import { type Answered, isProbeResult, rejectedBy, resultOf, withoutAnswer } from './probe-result.js';
import type { Identity, ProbeOptions, ProbeTarget } from './prober.js';
import { rejectionWindow } from './rejection-window.js';
import { authorityOf } from './target.js';

/** undici, loaded by the first HTTP probe: it takes 20 MB, and an agent of gRPC ports alone has no use for it. */
let loaded: Promise<typeof import('./http-exchange.js')> | undefined;

/** One GET over a fresh connection. HTTP 403 rejects the caller; any other status is an answer. */
export async function probeHttp(target: ProbeTarget, identity: Identity, options: ProbeOptions): Promise<Observation> {
  const question = target.probe?.protocol === 'http' ? target.probe : { path: '/status', accept: 'any' as const };
  loaded ??= import('./http-exchange.js');
  const { exchange } = await loaded;
  return await attempt('http', target, identity, options, (context) => get(target, question, context, exchange));
}

/** Bytes; more than any component says of itself. */
const largestBody = 64 * 1024;
/** Bytes; PD's answer for 2 000 stores, at about 1 KiB each. */
const largestList = 2 * 1024 * 1024;

type Question = Pick<Extract<HarmlessProbe, { readonly protocol: 'http' }>, 'path' | 'accept'>;

async function get(
  target: ProbeTarget,
  { path, accept }: Question,
  context: ProbeContext,
  exchange: typeof exchangeHttp,
): Promise<Answered> {
  const opened = await context.open();
  if (isProbeResult(opened)) {
    return withoutAnswer(opened);
  }
  await rejectionWindow(opened, context);
  const largest = accept === 'pd-stores' ? largestList : largestBody;
  const { status, text } = await exchange(opened, { authority: authorityOf(target), path, largest });
  const decoded = accept === 'any' || status !== 200 ? undefined : decodeHttpAnswer(accept, text);
  const answer = isNotBootstrapped(accept, status, text) ? ({ kind: 'pd-not-bootstrapped' } as const) : decoded;
  const tlsError = status >= 500 ? tlsErrorIn(text) : undefined;
  const application = { protocol: 'http' as const, status, answer, ...(tlsError === undefined ? {} : { tlsError }) };
  if (status === 403) {
    const rejection = { side: 'peer', by: 'http-status', number: 403, name: '403' } as const;
    return { result: rejectedBy(rejection, 'rejected by the server with HTTP status 403'), application };
  }
  const foreign = accept !== 'any' && status === 200 && answer === undefined;
  const what = foreign
    ? `, but ${text.length >= largest ? `more than ${largest / 1024} KiB` : kindOf(text)} where JSON of this component was expected`
    : '';
  const why = tlsError === undefined ? '' : `: ${tlsError}`;
  return { result: resultOf('accepted', `HTTP ${status}${what}${why}`), application };
}

/** PD's answer for its stores before the first TiKV started; with status 500, it is no error. */
function isNotBootstrapped(accept: Question['accept'], status: number, text: string): boolean {
  return accept === 'pd-stores' && status === 500 && text.includes('ErrNotBootstrapped');
}

/** Go's words for a certificate that did not verify, where an error quotes them; printable, and at most 200 characters. */
function tlsErrorIn(text: string): string | undefined {
  return /x509: [\x20-\x21\x23-\x5b\x5d-\x7e]{1,200}/.exec(text)?.[0]?.trim();
}

function kindOf(text: string): string {
  return /^\s*</.test(text) ? 'HTML' : text === '' ? 'nothing' : 'something else';
}
