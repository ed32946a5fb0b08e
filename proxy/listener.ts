import { createServer, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { CredentialStore } from '../credentials/credential-store.js';
import { errorMessage } from '../credentials/error-text.js';
import { peerCertificateDer } from '../credentials/peer-certificate.js';
import { Acceptor } from './acceptor.js';
import type { ProxyAddress } from './address.js';
import { Admission, type ProbeResult } from './authorization.js';
import type { ProxyEvents, RejectionReason } from './events.js';
import { headerFor } from './header-for.js';
import { join } from './join.js';
import { listenOn } from './listen-on.js';
import { originate } from './originator.js';
import type { Endpoint } from './proxy-protocol.js';
import { readProxyHeader } from './read-header.js';
import type { ProxySettings } from './settings.js';
import { onTargetResult } from './target-result.js';
import { TargetError, Targets } from './targets.js';
import { handshakeRejection, shortOf } from './tls-error.js';
import { Waiting } from './waiting.js';

/** A connection on its way in. */
interface Client {
  readonly socket: Socket;
  readonly source: Endpoint;
  readonly since: number;
}

/** One listener of the proxy. */
export class ProxyListener {
  readonly #settings: ProxySettings;
  readonly #events: ProxyEvents;
  readonly #store: CredentialStore;
  readonly #targets: Targets;
  readonly #server: Server;
  readonly #acceptor: Acceptor;
  readonly #admission: Admission;
  readonly #waiting: Waiting;
  readonly #sources = new WeakMap<Socket, Client>();
  readonly #open = new Set<Socket>();

  constructor(settings: ProxySettings, store: CredentialStore, events: ProxyEvents) {
    this.#settings = settings;
    this.#events = events;
    this.#store = store;
    this.#targets = new Targets(settings.targets, settings.connectTimeout);
    this.#waiting = new Waiting({
      limit: settings.maxConnections,
      timeout: settings.handshakeTimeout,
      onGivenUp: () => events.rejected('too-many', 'waited too long for a free connection'),
      onSilent: (socket) => {
        this.#sources.delete(socket);
        this.#reject(socket, 'too-many', 'said nothing while others waited for its place');
      },
    });
    this.#admission = new Admission(settings.access);
    this.#acceptor = new Acceptor({
      store,
      timeout: settings.handshakeTimeout,
      alpn: settings.alpn,
      onSecure: (secure) => void this.#secured(secure).catch((error: unknown) => this.#failed(secure, error)),
      onFailed: (error, secure) => {
        const raw = rawSocketOf(secure);
        if (raw !== undefined && !this.#sources.has(raw)) {
          // Refused before, and its end is no second refusal.
          return;
        }
        const { host } = this.#clientOf(secure).source;
        this.#reject(secure, handshakeRejection(error), shortOf(error), host);
      },
      onVersion: (number) => events.version(number),
    });
    this.#server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (socket) =>
      this.#accept(socket),
    );
  }

  /** Rejects when the address cannot be had. Resolves with the address in use. */
  async listen(): Promise<string> {
    const address = await listenOn(this.#server, this.#settings.listen);
    // From now on an error is one accept that failed, as without descriptors.
    this.#server.on('error', (error) => this.#events.acceptFailed(error));
    return address;
  }

  /** How many connections are held. */
  connections(): number {
    return this.#open.size;
  }

  /** Takes no more; resolves true when all that were in service ended in time, false when some were cut. */
  async drain(milliseconds: number): Promise<boolean> {
    const closed = new Promise<boolean>((resolve) => this.#server.close(() => resolve(true)));
    this.#waiting.close();
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), milliseconds);
    });
    const drained = await Promise.race([closed, deadline]);
    clearTimeout(timer);
    for (const socket of this.#open) {
      socket.destroy();
    }
    return drained;
  }

  #accept(socket: Socket): void {
    this.#events.accepted();
    this.#open.add(socket);
    // Before anything else: a client may reset while it waits.
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#open.delete(socket));
    this.#waiting.enter(socket, () => {
      this.#begin(socket).catch((error: unknown) => this.#failed(socket, error));
    });
  }

  async #begin(socket: Socket): Promise<void> {
    const { proxyProtocolIn, handshakeTimeout, mode } = this.#settings;
    const from = { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    const reported = proxyProtocolIn ? await readProxyHeader(socket, handshakeTimeout) : undefined;
    if (reported?.kind === 'invalid') {
      this.#reject(socket, 'proxy-header', reported.reason);
      return;
    }
    const client = { socket, source: reported?.source ?? from, since: performance.now() };
    if (mode === 'terminate') {
      this.#sources.set(socket, client);
      this.#acceptor.accept(socket);
    } else {
      await this.#serve(client, socket, 'plain');
    }
  }

  async #secured(secure: TLSSocket): Promise<void> {
    secure.on('error', () => secure.destroy());
    const client = this.#clientOf(secure);
    const der = peerCertificateDer(secure);
    const { subject, rule } = der === undefined ? nobody : this.#admission.resultOn(der);
    if (rule === undefined) {
      this.#reject(secure, 'not-allowed', `${subject} is on no list`);
      return;
    }
    await this.#serve(client, secure, `${rule}: ${subject}`);
  }

  async #serve({ socket, source, since }: Client, near: Socket, who: string): Promise<void> {
    this.#waiting.settled(socket);
    // Before anybody is dialled: a name may be too long for it.
    const header = this.#settings.proxyProtocolOut ? headerFor(near, source) : undefined;
    const { socket: target, address } = await this.#targets.connect();
    if (near.destroyed) {
      target.destroy();
      return;
    }
    const far = await this.#prepare(target, address, header).catch((error: unknown) => {
      target.destroy();
      throw error;
    });
    if (near.destroyed) {
      far.destroy();
      return;
    }
    this.#events.opened(performance.now() - since, who);
    if (this.#settings.idleTimeout > 0) {
      near.setTimeout(this.#settings.idleTimeout, () => near.destroy());
    }
    if (far instanceof TLSSocket) {
      onTargetResult(far, near, (reason, detail) => this.#events.rejected(reason, `${who}: ${detail}`));
    }
    near.resume();
    join(near, far, () => {
      this.#events.closed((performance.now() - since) / 1000, near.bytesRead, near.bytesWritten);
    });
  }

  /** The target learns who came, and speaks TLS where it is to. */
  async #prepare(target: Socket, address: ProxyAddress, header: Buffer | undefined): Promise<Socket> {
    if (header !== undefined) {
      target.write(header);
    }
    const { mode, targetTls, serverName, access, alpn, handshakeTimeout } = this.#settings;
    if (mode === 'terminate' && !targetTls) {
      return target;
    }
    return await originate(target, {
      store: this.#store,
      serverName: serverName ?? (address.kind === 'tcp' ? address.host : 'localhost'),
      verify: mode === 'originate' ? access : anybody,
      alpn,
      timeout: handshakeTimeout,
    });
  }

  #clientOf(secure: TLSSocket): Client {
    const raw = rawSocketOf(secure);
    const source = { host: secure.remoteAddress ?? '', port: secure.remotePort ?? 0 };
    return (raw && this.#sources.get(raw)) ?? { socket: secure, source, since: performance.now() };
  }

  #reject(socket: Socket, reason: RejectionReason, detail: string, host = socket.remoteAddress): void {
    this.#events.rejected(reason, `${host || 'a local client'}: ${detail}`);
    socket.destroy();
  }

  #failed(socket: Socket, error: unknown): void {
    // Whatever goes wrong with one connection must not end the others.
    const reason = error instanceof TargetError ? error.code : 'unforeseen';
    this.#reject(socket, reason, errorMessage(error));
  }
}

const nobody: ProbeResult = { subject: 'no certificate', rule: undefined };

const anybody = { commonNames: [], subjectAltNames: [], organizationalUnits: [], all: true };

/** The TCP socket that TLS runs over; Node keeps it in a property of its own. */
function rawSocketOf(secure: TLSSocket): Socket | undefined {
  return (secure as unknown as { readonly _parent?: Socket })._parent;
}
