import type { FilesFault } from '../../checks/files-fault.js';
import { type Address, formatAddress, parseAddress } from '../../cluster/inventory/address.js';
import { shortened } from '../../credentials/shortened.js';
import { renderProbe } from '../../metrics/probe-metrics.js';
import type { ProbeRejectionReason } from '../../metrics/reasons.js';
import { probeEndpoint } from '../../probes/probe.js';
import { probeTls } from '../../probes/tls-probe.js';
import type { Collector } from './collector.js';
import { type Accepted, accept, type ProbeRejection, reject } from './on-demand-target.js';
import { mainModule, moduleNames, moduleOf } from './probe-modules.js';
import { Semaphore } from './semaphore.js';

export interface ProbeRequest {
  /** Undefined: that of the port in the inventory. */
  readonly module: string | undefined;
  /** `host:port`. */
  readonly target: string;
  /** Milliseconds, waiting included. */
  readonly timeout: number;
}

/** `text`: the metrics. `log`: what was observed, and how, for people. */
export type ProbeAnswer = { readonly text: string; readonly log: string } | ProbeRejection;

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

  async #answer(collector: Collector, { module: named, target, timeout }: ProbeRequest): Promise<ProbeAnswer> {
    const address = parseAddress(target);
    const known = address && collector.find(address);
    const module = named ?? (known && mainModule(known.instance.component, known.endpoint.profile));
    if (module !== undefined && !moduleNames.includes(module)) {
      return unknownModule(`unknown module "${shortened(module, 100)}"`);
    }
    if (address === undefined) {
      return reject(400, 'bad-target', `target "${shortened(target, 300)}" is not host:port`);
    }
    if (module === undefined) {
      return unknownModule('the inventory has no module for this target');
    }
    if (this.#semaphore.waiting >= mostWaiting) {
      return busy;
    }
    // It takes whole milliseconds only.
    const signal = AbortSignal.timeout(Math.ceil(timeout));
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

function unknownModule(what: string): ProbeRejection {
  return reject(400, 'unknown-module', `${what}; known: ${moduleNames.join(', ')}`);
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
  if (answer !== undefined) {
    return answer;
  }
  const fault = known === undefined ? undefined : access.whyNotConnected(known);
  const isBusy = known === undefined || (signal.aborted && fault === undefined && access.isQuiet(known));
  return isBusy ? busy : filesBeingReplaced({ host, port }, fault);
}

async function probe({ host, serverName, identity }: Accepted, port: number, module: string, timeout: number) {
  const wanted = moduleOf(module);
  const prober = wanted === undefined ? probeTls : probeEndpoint;
  // gRPC C-core closes connections without ALPN.
  const alpn = wanted === undefined ? ['h2', 'http/1.1'] : wanted.profile.alpn[wanted.probe.protocol];
  const observation = await prober({ host, serverName, port, alpn, probe: wanted?.probe }, identity, { timeout });
  const { outcome, detail, tlsVersion, cipher, durations } = observation;
  return {
    text: await renderProbe(observation, { timeoutSeconds: timeout / 1000 }),
    log: JSON.stringify(
      { module, host, port, identity: identity.name, outcome, detail, tlsVersion, cipher, durations },
      null,
      2,
    ),
  };
}

function filesBeingReplaced(address: Address, fault: FilesFault | undefined): ProbeRejection {
  const why =
    fault === undefined
      ? 'its files are being replaced; try again later'
      : `${faults[fault]}, and a connection would make it load them`;
  return reject(503, 'files-being-replaced', `target ${formatAddress(address)} is not connected to: ${why}`);
}

const faults: Readonly<Record<FilesFault, string>> = {
  mismatched: 'its certificate and key are mismatched',
  unreadable: 'its files on disk are invalid',
  forbidden: 'the agent has no permission to read its files',
};

const busy = reject(
  503,
  'busy',
  'too many probes at once, or another probe of this port is still running; try again later',
);
