import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import pLimit, { type LimitFunction } from 'p-limit';
import { type Address, formatAddress, parseAddress } from '../../cluster/inventory/address.js';
import { errorCode } from '../../credentials/error-text.js';
import { renderProbe } from '../../metrics/probe-metrics.js';
import type { ProbeRejectionReason } from '../../metrics/reasons.js';
import { probeEndpoint } from '../../probes/probe.js';
import type { Identity } from '../../probes/prober.js';
import { probeTls } from '../../probes/tls-probe.js';
import { coversAddress, coversName, isSpecialAddress } from '../config/target-rules.js';
import type { Collector } from './collector.js';
import { moduleNames, moduleOf } from './probe-modules.js';

export interface ProbeRequest {
  readonly module: string;
  /** `host:port`. */
  readonly target: string;
  /** Milliseconds, waiting included. */
  readonly timeout: number;
}

export type ProbeAnswer = { readonly text: string } | ProbeRejection;

export interface ProbeRejection {
  readonly status: 400 | 403 | 503;
  readonly reason: ProbeRejectionReason;
  readonly rejected: string;
}

interface Accepted {
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
  readonly #onRejected: (reason: ProbeRejectionReason) => void;

  constructor(concurrency: number, onRejected: (reason: ProbeRejectionReason) => void) {
    this.#limit = pLimit(concurrency);
    this.#onRejected = onRejected;
  }

  async ask(collector: Collector, request: ProbeRequest): Promise<ProbeAnswer> {
    const answer = await this.#answer(collector, request);
    if ('rejected' in answer) {
      this.#onRejected(answer.reason);
    }
    return answer;
  }

  async #answer(collector: Collector, { module, target, timeout }: ProbeRequest): Promise<ProbeAnswer> {
    if (!moduleNames.includes(module)) {
      return reject(400, 'unknown-module', `unknown module "${module}"; known: ${moduleNames.join(', ')}`);
    }
    const address = parseAddress(target);
    if (address === undefined) {
      return reject(400, 'bad-target', `target "${target}" is not host:port`);
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
      const accepted = await accept(collector, address);
      return 'rejected' in accepted ? accepted : probe(accepted, address.port, module, left);
    });
  }
}

async function probe({ identity, ...where }: Accepted, port: number, module: string, timeout: number) {
  const wanted = moduleOf(module);
  const prober = wanted === undefined ? probeTls : probeEndpoint;
  const alpn = wanted === undefined ? [] : wanted.profile.alpn[wanted.probe.protocol];
  const observation = await prober({ ...where, port, alpn, probe: wanted?.probe }, identity, { timeout });
  return { text: await renderProbe(observation, { timeoutSeconds: timeout / 1000 }) };
}

async function accept(collector: Collector, address: Address): Promise<Accepted | ProbeRejection> {
  const agent = collector.identities.agent();
  const known = collector.find(address);
  const { allowTargets, identityTargets } = collector.config.probe;
  if (known === undefined) {
    const rules = [...allowTargets, ...identityTargets];
    const place = await placeOf(rules, address);
    if ('rejected' in place) {
      return place;
    }
    const granted = isIP(address.host) === 0 ? coversName : coversAddress;
    if (!granted(identityTargets, address.host, address.port)) {
      return { ...place, identity: collector.identities.anonymousClient() };
    }
    return agent === undefined ? noIdentity : { ...place, identity: agent };
  }
  if (agent === undefined) {
    return noIdentity;
  }
  if (!collector.mayConnect(known)) {
    const words = 'its certificate and key do not belong together now, and a connection would make it read them';
    return reject(503, 'files-being-replaced', `target ${formatAddress(address)} is left alone: ${words}`);
  }
  return { host: known.endpoint.host, identity: agent };
}

/**
 * Where to connect. Only a name that a rule spells out is looked up, once: the address that was judged is the one
 * connected to, so that a second answer of the DNS cannot lead elsewhere.
 */
async function placeOf(
  rules: Parameters<typeof coversName>[0],
  { host, port }: Address,
): Promise<Omit<Accepted, 'identity'> | ProbeRejection> {
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
    return reject(503, 'unresolved', `target ${target} cannot be resolved: ${errorCode(error) || 'no answer'}`);
  }
  if (isSpecialAddress(found) && !coversAddress(rules, found, port)) {
    const words = `resolves to ${found}, an address of this machine or its link; allow that address itself if it is meant`;
    return reject(403, 'resolved-elsewhere', `target ${target} ${words}`);
  }
  return { host: found, serverName: host };
}

function notAllowed(target: string): ProbeRejection {
  const remediation = 'add it as an [[instance]], or to allow-targets of [probe]';
  return reject(403, 'not-allowed', `target ${target} is not in the inventory; ${remediation}`);
}

function reject(status: ProbeRejection['status'], reason: ProbeRejectionReason, rejected: string): ProbeRejection {
  return { status, reason, rejected };
}

const noIdentity = reject(503, 'no-identity', 'the agent has no usable identity; see the check agent-certificate');
const busy = reject(503, 'busy', 'too many probes are asked for at once; ask again later');
