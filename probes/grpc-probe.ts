import { isIP, type Socket } from 'node:net';
import { ChannelCredentials, Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { GrpcProbeMethod } from '../cluster/profile.js';
import { type Answered, accepted, attempt, type Frame, isVerdict } from './attempt.js';
import { NotThisProtocol, type Verdict } from './classify.js';
import { decodeAnswer } from './grpc-messages.js';
import { addressesOf } from './lookup.js';
import type { Observation } from './observation.js';
import type { Identity, ProbeOptions, ProbeTarget } from './prober.js';
import type { TlsConnection } from './tls-connection.js';

/**
 * One unary call over a fresh connection. Statuses 16 and 7 are a refusal of the caller; any other one, also
 * UNIMPLEMENTED, is an answer. ALPN `h2` is always offered: without it C-core closes as if it had refused us.
 */
export function probeGrpc(target: ProbeTarget, identity: Identity, options: ProbeOptions): Promise<Observation> {
  const method = target.probe?.protocol === 'grpc' ? target.probe.method : health;
  return attempt('grpc', { ...target, alpn: ['h2'] }, identity, options, (frame) =>
    call(target, method, frame, options),
  );
}

/** The channel asks for the name again; one that hangs does not get so far, and holds none of Node's few threads. */
async function call(
  target: ProbeTarget,
  method: GrpcProbeMethod,
  frame: Frame,
  options: ProbeOptions,
): Promise<Answered> {
  let over = false;
  frame.whenOver(() => {
    over = true;
  });
  if (isIP(target.host) === 0) {
    await addressesOf(target.host);
  }
  if (over) {
    throw new Error('the attempt is over');
  }
  return await ask(target, method, frame, options);
}

function ask(target: ProbeTarget, method: GrpcProbeMethod, frame: Frame, options: ProbeOptions): Promise<Answered> {
  const asIs = (value: Buffer) => value;
  return new Promise<Answered>((resolve, reject) => {
    const channelCredentials = new ProbeCredentials(
      frame,
      (verdict) => resolve({ verdict, application: undefined }),
      reject,
    );
    const client = new Client(channelTarget(target), channelCredentials, {
      ...channelOptions,
      ...(target.serverName === undefined ? {} : { 'grpc.default_authority': `${target.serverName}:${target.port}` }),
    });
    const deadline = Date.now() + options.timeout;
    const close = () => setImmediate(() => client.close());
    frame.whenOver(close);
    const put = (question: GrpcProbeMethod, onAnswer: (answer: Answered) => void) =>
      client.makeUnaryRequest(question, asIs, asIs, Buffer.alloc(0), { deadline }, (error, answer) => {
        if (error === null) {
          onAnswer(answeredOk(question, answer ?? Buffer.alloc(0)));
        } else if (error.code === status.UNAVAILABLE) {
          reject(isProtocolError(error) ? new NotThisProtocol('gRPC') : withSystemCode(error));
        } else if (error.code !== status.DEADLINE_EXCEEDED) {
          onAnswer(answeredError(error));
        }
        // At the deadline the frame's own timer speaks, which knows how far the connection came.
      });
    if (method === isAlive) {
      put(health, (answer) => (isTiFlash(answer) ? put(isAlive, resolve) : resolve(unlessRefused(answer))));
    } else {
      put(method, resolve);
    }
  });
}

const health = '/grpc.health.v1.Health/Check';
const isAlive = '/tikvpb.Tikv/IsAlive';

/**
 * TiFlash has no health service, and its C core says so without words; a Go server, to which `IsAlive` must not be
 * sent, names the service it does not know.
 */
function isTiFlash({ application }: Answered): boolean {
  return (
    application?.protocol === 'grpc' &&
    application.status === status.UNIMPLEMENTED &&
    !/unknown/i.test(application.message)
  );
}

/** A refusal is one whoever answers; anything else leaves open what is behind this port. */
function unlessRefused(answer: Answered): Answered {
  if (answer.verdict.outcome === 'refused') {
    return answer;
  }
  const detail = 'the port does not show itself to be TiFlash, so it was not asked further';
  return { ...answer, verdict: { outcome: 'inconclusive', refusal: undefined, detail } };
}

/** TLS over the TCP connection of the channel, made by us so that chain and first error are known. */
class ProbeCredentials extends ChannelCredentials {
  readonly #frame: Frame;
  readonly #onVerdict: (verdict: Verdict) => void;
  readonly #onError: (error: unknown) => void;

  constructor(frame: Frame, onVerdict: (verdict: Verdict) => void, onError: (error: unknown) => void) {
    super();
    this.#frame = frame;
    this.#onVerdict = onVerdict;
    this.#onError = onError;
  }

  override _isSecure(): boolean {
    return true;
  }

  override _equals(other: ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector() {
    return {
      waitForReady: async () => undefined,
      getCallCredentials: () => credentials.createFromMetadataGenerator((_context, done) => done(null, new Metadata())),
      destroy: () => undefined,
      connect: (tcp: Socket) => this.#connect(tcp),
    };
  }

  async #connect(tcp: Socket): Promise<{ socket: Socket; secure: boolean }> {
    if (this.#frame.connection() !== undefined) {
      throw new Error('one attempt makes one connection');
    }
    try {
      const opened = await this.#frame.open(tcp);
      if (isVerdict(opened)) {
        this.#onVerdict(opened);
      } else {
        // The channel has the first word: it may have read bytes that were no HTTP/2.
        opened.socket.once('close', () => setTimeout(() => this.#onError(closeOf(opened)), channelMilliseconds));
        return { socket: opened.socket, secure: true };
      }
    } catch (error: unknown) {
      this.#onError(error);
    }
    // The attempt is over and destroys its sockets itself; telling the channel would have it destroy them as well,
    // from within a callback of the handshake.
    return new Promise(() => undefined);
  }
}

/** How long after the close the channel may take to say that it had read bytes which were no HTTP/2. */
const channelMilliseconds = 50;

function closeOf({ firstError }: TlsConnection): Error {
  return firstError() ?? new Error('closed');
}

/** nghttp2 could not make sense of what came. */
function isProtocolError({ details }: ServiceError): boolean {
  return /protocol error|ERR_HTTP2_ERROR/i.test(details);
}

/** grpc-js tells a failed TCP connect only in words. */
function withSystemCode(error: ServiceError): Error {
  const code = /\b(E[A-Z]{4,}|EAI_AGAIN)\b/.exec(error.details)?.[1];
  const unresolved = /name resolution failed/i.test(error.details) ? 'ENOTFOUND' : undefined;
  return Object.assign(new Error(error.details), { code: code ?? unresolved ?? '' });
}

function channelTarget({ host, port }: ProbeTarget): string {
  switch (isIP(host)) {
    case 4:
      return `ipv4:${host}:${port}`;
    case 6:
      return `ipv6:[${host}]:${port}`;
    default:
      return `dns:${host}:${port}`;
  }
}

function answeredOk(method: GrpcProbeMethod, bytes: Buffer): Answered {
  const answer = decodeAnswer(method, bytes);
  return { verdict: accepted('gRPC OK'), application: { protocol: 'grpc', status: 0, message: '', answer } };
}

function answeredError({ code, details }: ServiceError): Answered {
  const name = status[code] ?? String(code);
  const application = { protocol: 'grpc' as const, status: code, message: details, answer: undefined };
  if (code === status.UNAUTHENTICATED || code === status.PERMISSION_DENIED) {
    const refusal = { side: 'peer', by: 'rpc-status', number: code, name } as const;
    return {
      verdict: { outcome: 'refused', refusal, detail: `the server refused with gRPC ${code} ${name}` },
      application,
    };
  }
  return { verdict: accepted(`gRPC ${code} ${name}`), application };
}

const channelOptions = {
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_retries': 0,
  'grpc.enable_channelz': 0,
  'grpc.enable_http_proxy': 0,
} as const;
