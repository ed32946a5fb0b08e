import type { CallerAuthentication, EndpointProfile } from './profile.js';

/** The properties that listeners of one TLS stack share; each component overrides what differs. */
type Stack = Pick<EndpointProfile, 'alpn' | 'maximumVersion' | 'bearsSessions' | 'certificateReload' | 'caReload'>;

/** Go's crypto/tls with a certificate callback: TiDB, PD, TiCDC. */
export const go: Stack = {
  alpn: { http: ['http/1.1'], grpc: ['h2'], tls: [] },
  maximumVersion: 'TLSv1.3',
  bearsSessions: true,
  certificateReload: 'every-handshake',
  caReload: 'restart',
};

/** gRPC's C core: TiKV and TiFlash. */
export const grpcCore: Stack = {
  alpn: { http: [], grpc: ['h2'], tls: [] },
  maximumVersion: 'TLSv1.3',
  bearsSessions: true,
  certificateReload: 'certificate-mtime',
  caReload: 'certificate-mtime',
};

/** OpenSSL behind TiKV's status server: no TLS 1.3. */
export const tikvStatus: Stack = {
  alpn: { http: ['http/1.1'], grpc: [], tls: [] },
  maximumVersion: 'TLSv1.2',
  bearsSessions: false,
  certificateReload: 'failed-handshake',
  caReload: 'failed-handshake',
};

export const goCallers: CallerAuthentication = {
  verifier: 'go',
  clientCertificate: 'always',
  commonNameCheckedAt: 'handshake',
  commonNameMatch: 'equal',
  minimumEntries: 1,
  countedCommonName: 'last',
  exemptPaths: [],
  rejectsBy: 'alert',
};

export const grpcCoreCallers: CallerAuthentication = {
  verifier: 'grpc-core',
  clientCertificate: 'always',
  commonNameCheckedAt: 'rpc',
  commonNameMatch: 'equal-or-contains',
  minimumEntries: 1,
  countedCommonName: 'first',
  exemptPaths: [],
  rejectsBy: 'close',
};

export const tikvStatusCallers: CallerAuthentication = {
  verifier: 'openssl',
  clientCertificate: 'with-allow-list',
  commonNameCheckedAt: 'http',
  commonNameMatch: 'equal-or-contains',
  minimumEntries: 1,
  countedCommonName: 'first',
  exemptPaths: ['/metrics', '/status', '/config', '/debug/pprof/profile'],
  rejectsBy: 'alert',
};
