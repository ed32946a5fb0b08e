import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
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
import { Semaphore } from './semaphore.js';
import type { Target } from './targets.js';

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
  /** The port of the inventory; undefined for any other. */
  readonly known?: Target;
}

/** Requests that wait for their turn; one more is rejected. */
const mostWaiting = 64;

/**
 * `/probe`: one request to one port. A port of the inventory sees the agent's certificate; any other is probed only when
 * `allow-targets` covers it, and then without the agent's certificate unless `identity-targets` covers it, too. A request
 * waits for its turn and for the port's lock within its own timeout, and is rejected as `busy` after that.
 */
export class OnDemandProbes {
  readonly #semaphore: Semaphore;
  readonly #onRejected: (reason: ProbeRejectionReason) => void;

  constructor(concurrency: number, onRejected: (reason: ProbeRejectionReason) => void) {
    this.#semaphore = new Semaphore(concurrency);
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
    if (this.#semaphore.waiting >= mostWaiting) {
      return busy;
    }
    const signal = AbortSignal.timeout(timeout);
    const deadline = performance.now() + timeout;
    const answer = () => answerOf(collector, address, module, { signal, deadline });
    return this.#semaphore.run(answer, signal).catch((error: unknown) => {
      if (error !== signal.reason) {
        throw error;
      }
      return busy;
    });
  }
}

interface Wait {
  readonly signal: AbortSignal;
  /** On the clock of `performance.now()`, in milliseconds. */
  readonly deadline: number;
}

/** Rejects with the reason of `signal` when the port's lock is not free in time. */
async function answerOf(
  collector: Collector,
  { host, port }: Address,
  module: string,
  { signal, deadline }: Wait,
): Promise<ProbeAnswer> {
  const accepted = await accept(collector, { host, port });
  if ('rejected' in accepted) {
    return accepted;
  }
  const connect = () => probe(accepted, port, module, Math.max(1, deadline - performance.now()));
  const { access } = collector;
  const { known } = accepted;
  const answer =
    known === undefined
      ? await access.locks.run({ host: accepted.host, port }, signal, connect)
      : await access.connect(known, signal, connect);
  return answer ?? (signal.aborted ? busy : filesBeingReplaced({ host, port }));
}

async function probe({ host, serverName, identity }: Accepted, port: number, module: string, timeout: number) {
  const wanted = moduleOf(module);
  const prober = wanted === undefined ? probeTls : probeEndpoint;
  const alpn = wanted === undefined ? [] : wanted.profile.alpn[wanted.probe.protocol];
  const observation = await prober({ host, serverName, port, alpn, probe: wanted?.probe }, identity, { timeout });
  return { text: await renderProbe(observation, { timeoutSeconds: timeout / 1000 }) };
}

async function accept(collector: Collector, address: Address): Promise<Accepted | ProbeRejection> {
  const agent = collector.identities.agent();
  const known = collector.find(address);
  const { allowTargets, identityTargets } = collector.config.probe;
  if (known === undefined) {
    const rules = [...allowTargets, ...identityTargets];
    const resolved = await resolve(rules, address);
    if ('rejected' in resolved) {
      return resolved;
    }
    const covers = isIP(address.host) === 0 ? coversName : coversAddress;
    if (!covers(identityTargets, address.host, address.port)) {
      return { ...resolved, identity: collector.identities.anonymousClient() };
    }
    return agent === undefined ? noIdentity : { ...resolved, identity: agent };
  }
  return agent === undefined ? noIdentity : { host: known.endpoint.host, identity: agent, known };
}

/**
 * The address to connect to. Only a name that a rule spells out is resolved, and once: the address that the rules were
 * applied to is the one connected to, so that a second DNS answer cannot lead elsewhere.
 */
async function resolve(
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

function filesBeingReplaced(address: Address): ProbeRejection {
  const why = 'its certificate and key are mismatched, and a connection would make it load them';
  return reject(503, 'files-being-replaced', `target ${formatAddress(address)} is not connected to: ${why}`);
}

function notAllowed(target: string): ProbeRejection {
  const remediation = 'add it as an [[instance]], or to allow-targets of [probe]';
  return reject(403, 'not-allowed', `target ${target} is not in the inventory; ${remediation}`);
}

function reject(status: ProbeRejection['status'], reason: ProbeRejectionReason, rejected: string): ProbeRejection {
  return { status, reason, rejected };
}

const noIdentity = reject(503, 'no-identity', 'the agent has no usable identity; see the check agent-certificate');
const busy = reject(
  503,
  'busy',
  'too many probes at once, or another probe of this port is still running; try again later',
);
