import { writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import {
  type ConnectionOptions,
  createServer as createTlsServer,
  type TLSSocket,
  connect as tlsConnect,
} from 'node:tls';
import pino from 'pino';
import { Registry } from 'prom-client';
import type { Test } from 'tap';
import { Authority, type Issued } from '../../certs-dev/authority.js';
import { type RunningProxy, startProxy } from '../../proxy/proxy.js';
import { ProxyMetrics } from '../../proxy/proxy-metrics.js';
import type { ProxySettings } from '../../proxy/settings.js';
import { listening } from './listening.js';
import { temporaryDirectory } from './temporary-directory.js';

export const authority = await Authority.create();
export const names = { dns: ['localhost'], ip: ['127.0.0.1'] };
export const server = await authority.issue({ commonName: 'server', ...names });
export const friend = await authority.issue({ commonName: 'friend', ...names });
export const nobody = await authority.issue({ commonName: 'nobody', ...names });
export const closed = { commonNames: [], subjectAltNames: [], organizationalUnits: [], all: false };

export function filesOf(t: Test, pair: Issued, ca = authority.certificatePem) {
  const directory = temporaryDirectory(t);
  const files = { ca: join(directory, 'ca'), cert: join(directory, 'cert'), key: join(directory, 'key') };
  writeFileSync(files.ca, ca);
  writeFileSync(files.key, pair.keyPem);
  writeFileSync(files.cert, pair.certificatePem);
  return files;
}

/** A plain TCP server on a free port; its sockets are closed after the test. */
export async function tcpServer(t: Test, serve: (socket: Socket) => void): Promise<number> {
  return await listening(t, createServer({ allowHalfOpen: true }, serve));
}

/** A TLS server that accepts every client certificate of the authority, with half-close. */
export async function mutualTlsServer(t: Test, serve: (socket: TLSSocket) => void, pair = server): Promise<number> {
  const { certificatePem: cert, keyPem: key } = pair;
  const trust = { ca: authority.certificatePem, requestCert: true, rejectUnauthorized: true };
  const listener = createTlsServer({ cert, key, ...trust, allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    serve(socket);
  });
  return await listening(t, listener);
}

export const echo = (socket: Socket) => socket.pipe(socket);

export interface TestProxy {
  readonly running: RunningProxy;
  readonly port: number;
  readonly settings: ProxySettings;
  readonly files: ReturnType<typeof filesOf>;
  /** The sum of a metric's series with these label values; NaN where there is none. */
  readonly metric: (name: string, ...labels: readonly string[]) => Promise<number>;
}

/** A listener on a free port that authorizes `friend`, unless `more` says otherwise. */
export async function proxyTo(
  t: Test,
  targets: readonly number[],
  more: Partial<ProxySettings> = {},
): Promise<TestProxy> {
  const files = more.files ?? filesOf(t, server);
  const registry = new Registry();
  const settings: ProxySettings = {
    ...{ name: 'test', mode: 'terminate', listen: { kind: 'tcp', host: '127.0.0.1', port: 0 } },
    targets: targets.map((port) => ({ kind: 'tcp', host: '127.0.0.1', port })),
    ...{ files, reloadCa: false, access: { ...closed, commonNames: ['friend'] }, targetTls: false },
    ...{
      minVersion: 'TLSv1.2',
      cipherSuites: [],
      serverName: undefined,
      proxyProtocolIn: false,
      proxyProtocolOut: false,
    },
    ...{
      alpn: [],
      handshakeTimeout: 10_000,
      connectTimeout: 10_000,
      idleTimeout: undefined,
      maxLifetime: undefined,
      maxConnections: 10_000,
    },
    ...more,
  };
  const running = await startProxy([settings], new ProxyMetrics(registry), pino({ level: 'silent' }));
  t.teardown(() => running.drain(0));
  const address = running.addresses[0]?.address ?? '';
  const metric = async (name: string, ...labels: readonly string[]) => {
    const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith(`tidb_mtls_proxy_${name}{`));
    const meant = lines.filter((one) => labels.every((label) => one.includes(`"${label}"`)));
    const values = meant.map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)));
    return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0);
  };
  return { running, port: Number(address.slice(address.lastIndexOf(':') + 1)), settings, files, metric };
}

/** A TLS client; resolves after the handshake. */
export function dial(port: number, pair: Issued | undefined, more: ConnectionOptions = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const agent = pair === undefined ? {} : { cert: pair.certificatePem, key: pair.keyPem };
    const socket = tlsConnect({ port, host: '127.0.0.1', ca: authority.certificatePem, ...agent, ...more }, () =>
      resolve(socket),
    );
    socket.once('error', reject);
  });
}

export function dialPlain(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** All bytes until the end; rejects where the connection fails. Leaves the other direction open. */
export function readAll(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('end', () => resolve(Buffer.concat(chunks)));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed')));
  });
}

/** Sends, and resolves with the first bytes of the answer; undefined where the connection ends without any. */
export async function ask(socket: Socket, text: string): Promise<string | undefined> {
  return await new Promise((resolve) => {
    socket.once('data', (bytes) => resolve(bytes.toString()));
    socket.once('error', () => resolve(undefined));
    socket.once('close', () => resolve(undefined));
    socket.write(text);
  });
}
