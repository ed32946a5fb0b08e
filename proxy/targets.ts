import { connect, type Socket } from 'node:net';
import { errorCode } from '../credentials/error-text.js';
import { formatProxyAddress, type ProxyAddress } from './address.js';
import { keepAlive } from './keep-alive.js';
import { Rejection } from './rejection.js';

/** For how long a target that failed is tried after the others, in milliseconds. */
const deadMilliseconds = 5_000;

export interface Connected {
  readonly socket: Socket;
  /** The target that was connected. */
  readonly address: ProxyAddress;
}

/** Connects one of several targets: in the order of the configuration, those that failed lately last. */
export class Targets {
  readonly #addresses: readonly ProxyAddress[];
  readonly #deadUntil = new Map<ProxyAddress, number>();
  readonly #timeout: number;

  constructor(addresses: readonly ProxyAddress[], timeout: number) {
    this.#addresses = addresses;
    this.#timeout = timeout;
  }

  /** Tries each target once. Rejects with the Rejection of the last one where none accepts the connection. */
  async connect(): Promise<Connected> {
    const now = performance.now();
    const isDead = (address: ProxyAddress) => (this.#deadUntil.get(address) ?? 0) > now;
    const order = [...this.#addresses].sort((a, b) => Number(isDead(a)) - Number(isDead(b)));
    let failure: Rejection | undefined;
    for (const address of order) {
      try {
        const socket = await open(address, this.#timeout);
        this.#deadUntil.delete(address);
        return { socket, address };
      } catch (error: unknown) {
        if (!(error instanceof Rejection)) {
          throw error;
        }
        this.#deadUntil.set(address, performance.now() + deadMilliseconds);
        failure = error;
      }
    }
    throw failure ?? new Rejection('target-unreachable', 'no target is configured');
  }
}

function open(address: ProxyAddress, timeout: number): Promise<Socket> {
  const where = formatProxyAddress(address);
  if (address.kind === 'systemd') {
    return Promise.reject(new Rejection('target-unreachable', `${where} cannot be a target`));
  }
  return new Promise((resolve, reject) => {
    const options = address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port };
    const socket = connect({ ...options, ...keepAlive, allowHalfOpen: true, noDelay: true });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Rejection('target-unreachable', `${where}: not connected within ${timeout} ms`));
    }, timeout);
    const failed = (error: Error) => {
      clearTimeout(timer);
      reject(new Rejection('target-unreachable', `${where}: ${errorCode(error) || error.message}`, error));
    };
    socket.once('error', failed);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', failed);
      // Stays: a reset without a listener would end the process. An error destroys the socket.
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}
