import { connect, type Socket } from 'node:net';
import { formatProxyAddress, type ProxyAddress } from './address.js';

/** How long a target that failed is asked last, in milliseconds. */
const deadMilliseconds = 5_000;

export class TargetError extends Error {
  override readonly name = 'TargetError';
  readonly code: 'target-unreachable' | 'target-rejected';

  constructor(code: TargetError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

export interface Connected {
  readonly socket: Socket;
  /** The one that was dialled. */
  readonly address: ProxyAddress;
}

/** One of several targets for each connection: in the order given, those that failed lately last. */
export class Targets {
  readonly #addresses: readonly ProxyAddress[];
  readonly #deadUntil = new Map<ProxyAddress, number>();
  readonly #timeout: number;

  constructor(addresses: readonly ProxyAddress[], timeout: number) {
    this.#addresses = addresses;
    this.#timeout = timeout;
  }

  /** Tries each target once. Rejects with TargetError when none takes the connection. */
  async connect(): Promise<Connected> {
    const now = performance.now();
    const isDead = (address: ProxyAddress) => (this.#deadUntil.get(address) ?? 0) > now;
    const order = [...this.#addresses].sort((a, b) => Number(isDead(a)) - Number(isDead(b)));
    let failure: TargetError | undefined;
    for (const address of order) {
      try {
        const socket = await open(address, this.#timeout);
        this.#deadUntil.delete(address);
        return { socket, address };
      } catch (error: unknown) {
        if (!(error instanceof TargetError)) {
          throw error;
        }
        this.#deadUntil.set(address, performance.now() + deadMilliseconds);
        failure = error;
      }
    }
    throw failure ?? new TargetError('target-unreachable', 'no target is named');
  }
}

function open(address: ProxyAddress, timeout: number): Promise<Socket> {
  const where = formatProxyAddress(address);
  if (address.kind === 'systemd') {
    return Promise.reject(new TargetError('target-unreachable', `${where} is no target`));
  }
  return new Promise((resolve, reject) => {
    const options = address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port };
    const socket = connect({ ...options, allowHalfOpen: true, noDelay: true });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new TargetError('target-unreachable', `${where} does not answer within ${timeout} ms`));
    }, timeout);
    const failed = (error: Error) => {
      clearTimeout(timer);
      const code = 'code' in error ? String(error.code) : error.message;
      const rejected = code === 'ECONNREFUSED' || code === 'ENOENT';
      reject(new TargetError(rejected ? 'target-rejected' : 'target-unreachable', `${where}: ${code}`, error));
    };
    socket.once('error', failed);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', failed);
      // For as long as it lives: a reset that nobody listens to would end the process.
      socket.on('error', () => socket.destroy());
      resolve(socket);
    });
  });
}
