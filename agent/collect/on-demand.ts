import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import pLimit, { type LimitFunction } from 'p-limit';
import { type Address, formatAddress, parseAddress } from '../../cluster/inventory/address.js';
import { renderProbe } from '../../metrics/probe-metrics.js';
import type { ProbeRefusalReason } from '../../metrics/reasons.js';
import { probeEndpoint } from '../../probes/probe.js';
import type { Identity } from '../../probes/prober.js';
import { probeTls } from '../../probes/tls-probe.js';
import { coversAddress, coversName, isSpecialAddress } from '../config/target-rules.js';
import type { Observer } from './collector.js';
import { moduleNames, moduleOf } from './probe-modules.js';

export interface ProbeRequest {
  readonly module: string;
  /** `host:port`. */
  readonly target: string;
  /** Milliseconds, waiting included. */
  readonly timeout: number;
}

export type ProbeAnswer = { readonly text: string } | ProbeRefusal;

export interface ProbeRefusal {
  readonly status: 400 | 403 | 503;
  readonly reason: ProbeRefusalReason;
  readonly refused: string;
}

interface Admitted {
  readonly host: string;
  readonly serverName?: string;
  readonly identity: Identity;
}

/** Requests that wait for their turn; one more is turned away. */
const mostWaiting = 64;

/**
 * `/probe`: one question to one port. A port of the inventory meets our own identity; any other is asked only when
 * `allow-targets` covers it, and then without our certificate unless `identity-targets` covers it, too.
 */
export class OnDemandProbes {
  readonly #limit: LimitFunction;
  readonly #onRefused: (reason: ProbeRefusalReason) => void;

  constructor(concurrency: number, onRefused: (reason: ProbeRefusalReason) => void) {
    this.#limit = pLimit(concurrency);
    this.#onRefused = onRefused;
  }

  async ask(observer: Observer, request: ProbeRequest): Promise<ProbeAnswer> {
    const answer = await this.#answer(observer, request);
    if ('refused' in answer) {
      this.#onRefused(answer.reason);
    }
    return answer;
  }

  async #answer(observer: Observer, { module, target, timeout }: ProbeRequest): Promise<ProbeAnswer> {
    if (!moduleNames.includes(module)) {
      return refuse(400, 'unknown-module', `unknown module "${module}"; known: ${moduleNames.join(', ')}`);
    }
    const address = parseAddress(target);
    if (address === undefined) {
      return refuse(400, 'bad-target', `target "${target}" is not host:port`);
    }
    if (this.#limit.pendingCount >= mostWaiting) {
      return busy;
    }
    const asked = performance.now();
    return this.#limit(async () => {
      const left = timeout - (performance.now() - asked);
      if (left <= 0) {
        return busy;
      }
      const admitted = await admit(observer, address);
      return 'refused' in admitted ? admitted : probe(admitted, address.port, module, left);
    });
  }
}

async function probe({ identity, ...where }: Admitted, port: number, module: string, timeout: number) {
  const wanted = moduleOf(module);
  const prober = wanted === undefined ? probeTls : probeEndpoint;
  const alpn = wanted === undefined ? [] : wanted.profile.alpn[wanted.probe.protocol];
  const observation = await prober({ ...where, port, alpn, probe: wanted?.probe }, identity, { timeout });
  return { text: await renderProbe(observation, { timeoutSeconds: timeout / 1000 }) };
}

async function admit(observer: Observer, address: Address): Promise<Admitted | ProbeRefusal> {
  const own = observer.identities.own();
  const known = observer.find(address);
  const { allowTargets, identityTargets } = observer.config.probe;
  if (known === undefined) {
    const rules = [...allowTargets, ...identityTargets];
    const place = await placeOf(rules, address);
    if ('refused' in place) {
      return place;
    }
    const granted = isIP(address.host) === 0 ? coversName : coversAddress;
    if (!granted(identityTargets, address.host, address.port)) {
      return { ...place, identity: observer.identities.visitor() };
    }
    return own === undefined ? noIdentity : { ...place, identity: own };
  }
  if (own === undefined) {
    return noIdentity;
  }
  if (!observer.mayConnect(known)) {
    const words = 'its certificate and key do not belong together now, and a connection would make it read them';
    return refuse(503, 'files-in-motion', `target ${formatAddress(address)} is left alone: ${words}`);
  }
  return { host: known.endpoint.host, identity: own };
}

/**
 * Where to connect. Only a name that a rule spells out is looked up, once: the address that was judged is the one
 * connected to, so that a second answer of the DNS cannot lead elsewhere.
 */
async function placeOf(
  rules: Parameters<typeof coversName>[0],
  { host, port }: Address,
): Promise<Omit<Admitted, 'identity'> | ProbeRefusal> {
  const target = formatAddress({ host, port });
  if (isIP(host) !== 0) {
    return coversAddress(rules, host, port) ? { host } : notAllowed(target);
  }
  if (!coversName(rules, host, port)) {
    return notAllowed(target);
  }
  let found: string;
  try {
    found = (await lookup(host)).address;
  } catch (error: unknown) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no answer';
    return refuse(503, 'unresolved', `target ${target} cannot be resolved: ${code}`);
  }
  if (isSpecialAddress(found) && !coversAddress(rules, found, port)) {
    const words = `resolves to ${found}, an address of this machine or its link; allow that address itself if it is meant`;
    return refuse(403, 'resolved-elsewhere', `target ${target} ${words}`);
  }
  return { host: found, serverName: host };
}

function notAllowed(target: string): ProbeRefusal {
  const cure = 'add it as an [[instance]], or to allow-targets of [probe]';
  return refuse(403, 'not-allowed', `target ${target} is not in the inventory; ${cure}`);
}

function refuse(status: ProbeRefusal['status'], reason: ProbeRefusalReason, refused: string): ProbeRefusal {
  return { status, reason, refused };
}

const noIdentity = refuse(503, 'no-identity', 'the agent has no usable identity; see the check own-identity');
const busy = refuse(503, 'busy', 'too many probes are asked for at once; ask again later');
