import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttp2, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createSecureContext, type TLSSocket } from 'node:tls';
import type { EndpointProfile } from '../cluster/components/profile.js';
import type { Instance } from '../cluster/inventory/inventory.js';
import type { CredentialPaths } from '../credentials/paths.js';
import { acceptTls } from '../credentials/server-handshake.js';
import { contextOf, type Loaded, ReloadBehaviour } from './behaviour.js';
import type { FaultName } from './faults.js';
import { Gate, shownBy } from './gate.js';
import { type GrpcAnswer, requestOf, respond } from './grpc-stream.js';
import type { PortHandlers } from './port-handlers.js';
import { listenOn, listenOnSteadyPort } from './steady-port.js';

export interface PortOptions {
  readonly profile: EndpointProfile;
  readonly files: CredentialPaths;
  /** The instance with its current list, read at each connection so that a fault can change it. */
  readonly instance: () => Instance;
  readonly handlers: PortHandlers;
  /** The component's Common Name, for components that add it to their list. */
  readonly ownCommonName: string;
}

const slowMilliseconds = 15_000;
const handshakeTimeout = 120_000;
const handshakeRecord = 22;

/**
 * One port of the dev cluster: TLS, callers and reloading as the profile says.
 *
 * Node verifies client certificates above OpenSSL and closes without an alert where Go and OpenSSL send one, so a
 * certificate of another CA sees a close here; only a missing certificate gets its alert.
 */
export class DevPort {
  readonly #options: PortOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #faults = new Set<FaultName>();
  readonly #gate: Gate;
  readonly #http;
  readonly #http2;
  #behaviour: ReloadBehaviour;
  #frozen: Loaded | undefined;
  #substitute: Loaded | undefined;
  #port = 0;

  constructor(options: PortOptions) {
    this.#options = options;
    this.#gate = new Gate({ ...options, faults: this.#faults });
    this.#behaviour = new ReloadBehaviour(options.files, options.profile);
    this.#server = createServer((socket) => this.#accept(socket));
    this.#http = createHttp((request, response) => this.#answerHttp(request, response));
    this.#http2 = createHttp2();
    this.#http2.on('stream', (stream, headers) => void this.#answerGrpc(stream, headers));
    this.#http2.on('sessionError', () => undefined);
  }

  async listen(): Promise<number> {
    this.#port = await listenOnSteadyPort(this.#server);
    return this.#port;
  }

  /** 0 before `listen`. */
  get number(): number {
    return this.#port;
  }

  /** Reads all files again, as a restart does. */
  restart(): void {
    this.#behaviour = new ReloadBehaviour(this.#options.files, this.#options.profile);
  }

  async fault(name: FaultName, on: boolean, substitute?: Loaded): Promise<void> {
    if (on) {
      this.#faults.add(name);
    } else {
      this.#faults.delete(name);
    }
    this.#substitute = on ? (substitute ?? this.#substitute) : undefined;
    if (name === 'keepOldCertificate') {
      this.#frozen = on ? this.#behaviour.beforeConnection() : undefined;
    }
    if (name === 'down') {
      await (on ? this.#close() : listenOn(this.#server, this.#port));
    }
  }

  async stop(): Promise<void> {
    if (this.#server.listening) {
      await this.#close();
    }
  }

  #close(): Promise<void> {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // A reset by the peer is no error of the port.
    socket.on('error', () => socket.destroy());
    if (this.#faults.has('silent')) {
      return;
    }
    if (this.#faults.has('plaintext')) {
      this.#http.emit('connection', socket);
      return;
    }
    const { plaintextRejection } = this.#options.handlers;
    if (this.#faults.has('plaintextToo')) {
      this.#peek(socket, () => this.#http.emit('connection', socket));
    } else if (plaintextRejection !== undefined) {
      this.#peek(socket, () => socket.end(plaintextRejection));
    } else {
      this.#startTls(socket);
    }
  }

  /** Distinguishes TLS and plaintext by the first byte. */
  #peek(socket: Socket, plaintext: () => void): void {
    socket.once('data', (bytes) => {
      socket.pause();
      socket.unshift(bytes);
      if (bytes[0] === handshakeRecord) {
        // TLS reads the bytes that were put back.
        this.#startTls(socket);
      } else {
        plaintext();
        socket.resume();
      }
    });
  }

  #startTls(socket: Socket): void {
    const loaded = this.#substitute ?? this.#frozen ?? this.#behaviour.beforeConnection();
    if (loaded === undefined) {
      // TLS alert record: fatal, internal_error. Go sends it when it cannot load its own files.
      socket.once('data', () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, 80])));
      return;
    }
    void this.#handshake(socket, loaded);
  }

  async #handshake(socket: Socket, loaded: Loaded): Promise<void> {
    const { profile, handlers } = this.#options;
    const { requests, requires } = this.#gate.clientCertificate();
    const alpn = protocolsOf(profile, handlers);
    try {
      const { secure, verifyError } = await acceptTls(socket, {
        secureContext: createSecureContext(contextOf(loaded, profile)),
        ...{ requestCert: requests, requireCert: requires, alpn, timeout: handshakeTimeout },
      });
      if (requires && verifyError !== undefined) {
        secure.destroy();
        throw verifyError;
      }
      this.#serve(secure, verifyError === undefined);
    } catch {
      this.#behaviour.afterFailedHandshake();
      socket.destroy();
    }
  }

  #serve(secure: TLSSocket, verified: boolean): void {
    const { profile, handlers } = this.#options;
    if (this.#gate.isForeign(secure, verified)) {
      secure.destroy();
      return;
    }
    if (profile.callers.commonNameCheckedAt === 'handshake' && !this.#gate.accepts(secure)) {
      secure.destroy();
      return;
    }
    if (handlers.grpc !== undefined && secure.alpnProtocol === 'h2') {
      this.#http2.emit('connection', secure);
    } else if (handlers.http !== undefined) {
      this.#http.emit('connection', secure);
    } else {
      secure.destroy();
    }
  }

  #answerHttp(...[request, response]: Parameters<RequestListener>): void {
    const { profile, handlers } = this.#options;
    const path = request.url?.split('?')[0] ?? '';
    const exempt = request.method === 'GET' && profile.callers.exemptPaths.includes(path);
    const plain = !('getPeerCertificate' in request.socket);
    if (
      profile.callers.commonNameCheckedAt === 'http' &&
      !plain &&
      !exempt &&
      !this.#gate.accepts(request.socket as TLSSocket)
    ) {
      response.writeHead(403).end('certificate role error');
      return;
    }
    if (this.#faults.has('internalError')) {
      response.writeHead(500).end();
      return;
    }
    const answer = () => handlers.http?.(request, response);
    if (this.#faults.has('slow')) {
      setTimeout(answer, slowMilliseconds).unref();
    } else {
      answer();
    }
  }

  async #answerGrpc(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    stream.on('error', () => stream.destroy());
    const request = await requestOf(stream).catch(() => undefined);
    // The caller disconnected during its request.
    if (request === undefined) {
      return;
    }
    if (this.#faults.has('slow')) {
      await pause(slowMilliseconds, undefined, { ref: false });
    }
    respond(stream, this.#grpcAnswer(stream, String(headers[':path']), request));
  }

  #grpcAnswer(stream: ServerHttp2Stream, method: string, request: Buffer): GrpcAnswer {
    const { profile, handlers } = this.#options;
    const reply = handlers.grpc?.(method, request);
    const socket = stream.session?.socket as TLSSocket | undefined;
    if (reply === undefined) {
      return { status: 12, message: '' };
    }
    if (profile.callers.commonNameCheckedAt === 'rpc' && socket !== undefined && !this.#gate.accepts(socket)) {
      const message = `Common name check fail, reason: x509_common_name from peer is ${shownBy(socket).leaf[0] ?? ''}`;
      return handlers.nameRejection ?? { status: 16, message };
    }
    return this.#faults.has('internalError') ? { status: 13, message: 'internal error' } : reply;
  }
}

/** TiDB negotiates h2 with a client that offers nothing else, also here, where no gRPC is answered. */
function protocolsOf({ grpcCallers }: EndpointProfile, { grpc, http }: PortHandlers): readonly string[] {
  if (grpc === undefined) {
    return grpcCallers === undefined ? ['http/1.1'] : ['http/1.1', 'h2'];
  }
  return http === undefined ? ['h2'] : ['h2', 'http/1.1'];
}
