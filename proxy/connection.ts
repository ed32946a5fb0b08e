import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { CredentialStore } from '../credentials/credential-store.js';
import { peerCertificateDer } from '../credentials/peer-certificate.js';
import type { MatchedRule } from './access.js';
import type { Authorization } from './authorization.js';
import { clientHeader } from './client-header.js';
import type { ConnectionLimit } from './connection-limit.js';
import type { ProxyEvents } from './events.js';
import { join } from './join.js';
import { readProxyHeader } from './read-header.js';
import { Rejection, rejectionOf } from './rejection.js';
import type { ProxySettings } from './settings.js';
import { watchTargetRejection } from './target-rejection.js';
import { startTargetTls } from './target-tls.js';
import type { Targets } from './targets.js';
import type { TlsAcceptor } from './tls-acceptor.js';

/** What the connections of one listener share. */
export interface ListenerContext {
  readonly settings: ProxySettings;
  readonly events: ProxyEvents;
  readonly store: CredentialStore;
  readonly limit: ConnectionLimit;
  readonly acceptor: TlsAcceptor;
  readonly authorization: Authorization;
  readonly targets: Targets;
}

/** Serves one accepted connection from its first byte to its last. Never rejects: what fails is an event. */
export async function serveConnection(socket: Socket, listener: ListenerContext): Promise<void> {
  const { settings, events, limit, acceptor, authorization } = listener;
  let source = { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
  let client = socket;
  let identity = 'plaintext';
  let matched: MatchedRule | undefined;
  try {
    await limit.enter(socket);
    const start = performance.now();
    if (settings.proxyProtocolIn) {
      source = (await readProxyHeader(socket, settings.handshakeTimeout)) ?? source;
    }
    if (settings.mode === 'terminate') {
      const secure = await acceptor.accept(socket);
      client = secure;
      const { subject, rule } = authorize(secure, authorization);
      identity = `${rule.kind}: ${subject}`;
      matched = rule;
    }
    limit.established(socket);
    // Before the target is connected: a Common Name may be too long for the header.
    const header = settings.proxyProtocolOut ? clientHeader(client, source, matched) : undefined;
    const target = await connectTarget(listener, header, client);
    if (client.destroyed) {
      target.destroy();
      throw new Rejection('client-closed', 'the client closed the connection before the target was connected');
    }
    events.established(performance.now() - start, identity);
    closeInTime(client, settings);
    if (target instanceof TLSSocket) {
      watchTargetRejection(target, client, (reason, detail) => events.rejected(reason, `${identity}: ${detail}`));
    }
    await join(client, target);
    events.closed((performance.now() - start) / 1000, client.bytesRead, client.bytesWritten);
  } catch (error: unknown) {
    client.destroy();
    // What destroyed the socket is the cause, and the error only its consequence.
    const { code, message } = rejectionOf(socket.errored instanceof Rejection ? socket.errored : error);
    events.rejected(code, `${source.host || 'a local client'}: ${message}`);
  }
}

/** Certificate and lists were applied at the start of the connection: it must not outlive them without bound. */
function closeInTime(client: Socket, { idleTimeout, maxLifetime }: ProxySettings): void {
  if (idleTimeout !== undefined) {
    client.setTimeout(idleTimeout, () => client.destroy());
  }
  if (maxLifetime !== undefined) {
    const end = setTimeout(() => client.destroy(), maxLifetime);
    client.once('close', () => clearTimeout(end));
  }
}

/** The matched rule and the subject of an authorized client. Throws Rejection. */
function authorize(
  client: TLSSocket,
  authorization: Authorization,
): { readonly subject: string; readonly rule: MatchedRule } {
  const der = peerCertificateDer(client);
  if (der === undefined) {
    throw new Rejection('no-certificate', 'the client sent no certificate');
  }
  const { subject, rule } = authorization.authorize(der);
  if (rule === undefined) {
    throw new Rejection('not-authorized', `${subject} matches no entry of an allow-list`);
  }
  return { subject, rule };
}

/** The target after its header was sent, and after its handshake where TLS is asked for. Rejects with Rejection. */
async function connectTarget(listener: ListenerContext, header: Buffer | undefined, client: Socket): Promise<Socket> {
  const { mode, targetTls, serverName, access, handshakeTimeout } = listener.settings;
  const { socket, address } = await listener.targets.connect();
  if (header !== undefined) {
    socket.write(header);
  }
  if (mode === 'terminate' && !targetTls) {
    return socket;
  }
  return await startTargetTls(socket, {
    store: listener.store,
    serverName: serverName ?? (address.kind === 'tcp' ? address.host : 'localhost'),
    verify: mode === 'originate' ? access : anyName,
    alpn: client instanceof TLSSocket ? agreedAlpn(client) : listener.settings.alpn,
    timeout: handshakeTimeout,
  });
}

/** What the client agreed on is what the target has to speak: its bytes are passed on as they are. */
function agreedAlpn({ alpnProtocol }: TLSSocket): readonly string[] {
  return typeof alpnProtocol === 'string' ? [alpnProtocol] : [];
}

const anyName = { commonNames: [], subjectAltNames: [], organizationalUnits: [], all: true };
