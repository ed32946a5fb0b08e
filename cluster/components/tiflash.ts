import { dialable, parseAddress } from '../inventory/address.js';
import { firstString, locatePort, portLocations } from './port-locations.js';
import type { ComponentProfile } from './profile.js';
import { tikv } from './tikv.js';
import { grpcCore, grpcCoreCallers, tikvStatus, tikvStatusCallers } from './transport.js';

/** The HTTP ports of TiFlash itself, not of its proxy. */
const ownHttps = {
  alpn: tikvStatus.alpn,
  maximumVersion: 'TLSv1.2',
  bearsSessions: false,
  callers: {
    ...tikvStatusCallers,
    clientCertificate: 'always',
    commonNameCheckedAt: 'handshake',
    commonNameMatch: 'equal',
    exemptPaths: [],
  },
} as const;

/**
 * TiFlash: a server with underscored keys, and a proxy like TiKV with a second file. Neither process compares the two
 * files. Its gRPC port has no health service, which distinguishes the port from a TiDB.
 */
export const tiflash: ComponentProfile = {
  component: 'tiflash',
  title: 'TiFlash',
  file: 'tiflash',
  executable: 'tiflash',
  decidingKeys: /^(flash\.|raft\.pd_addr$|security\.(ca_path|cert_path|cert_allowed_cn)$)/,
  tellingKeys: /^(https_port|tcp_port|http_port|mark_cache_size)$/,
  securityKeys: {
    ca: 'security.ca_path',
    cert: 'security.cert_path',
    key: 'security.key_path',
    allowedCommonNames: 'security.cert_allowed_cn',
  },
  incompleteTls: 'TiFlash does not start',
  companion: {
    file: 'tiflash-learner',
    title: 'TiFlash proxy',
    decidingKeys: /^(server\.engine-addr|server\.labels\.engine|raftstore\.snap-handle-pool-size)$/,
    tellingKeys: /^$/,
    securityKeys: tikv.securityKeys,
    incompleteTls: 'the TiFlash proxy does not start',
    pathKey: 'flash.proxy.config',
    endpoints: ['proxy', 'status'],
  },
  trimsAllowList: false,
  needsOwnCommonName: false,
  fatalAtStart: ['unreadable', 'key-mismatch', 'incomplete'],
  needsPem: true,
  bearsFailedHandshakesSince: '6.0.0',
  verifiesServersBy: 'grpc-core',
  keepsCertificate: [{ what: 'a gRPC channel' }, { what: 'every outgoing connection', until: '6.6.0' }],
  advertisedKeys: ['flash.service_addr', 'flash.proxy.advertise-addr', 'flash.proxy.advertise-status-addr'],
  instanceEndpoint: 'metrics',
  mainEndpoint: 'grpc',
  endpoints: [
    {
      ...grpcCore,
      name: 'grpc',
      title: 'TiFlash gRPC port',
      defaultPort: 3930,
      callers: { ...grpcCoreCallers, commonNameMatch: 'equal' },
      certificateReload: 'poll',
      caReload: 'poll',
      reloadSince: '6.6.0',
      probe: { protocol: 'grpc', method: '/tikvpb.Tikv/IsAlive' },
      questions: {},
      calledBy: ['tidb', 'tiflash', 'agent'],
      documentedCallers: ['tikv', 'prometheus'],
    },
    {
      ...ownHttps,
      name: 'metrics',
      title: 'TiFlash metrics port',
      defaultPort: 8234,
      certificateReload: 'every-handshake',
      caReload: 'restart',
      reloadSince: '6.6.0',
      probe: { protocol: 'http', path: '/metrics', accept: 'any' },
      questions: {},
      calledBy: ['prometheus', 'blackbox-exporter', 'tiup', 'tidb-operator', 'agent'],
    },
    {
      ...grpcCore,
      name: 'proxy',
      title: 'TiFlash proxy gRPC port',
      defaultPort: 20170,
      callers: grpcCoreCallers,
      probe: { protocol: 'grpc', method: '/grpc.health.v1.Health/Check' },
      questions: {},
      calledBy: ['tikv', 'tiflash', 'agent'],
      documentedCallers: ['tidb', 'pd'],
    },
    {
      ...tikvStatus,
      name: 'status',
      title: 'TiFlash proxy status port',
      defaultPort: 20292,
      callers: tikvStatusCallers,
      probe: { protocol: 'http', path: '/tiflash/store-status', accept: 'any' },
      questions: {},
      calledBy: ['tidb', 'pd', 'prometheus', 'tiup', 'tidb-operator', 'agent'],
    },
    {
      ...ownHttps,
      name: 'http',
      title: 'TiFlash HTTPS port (before 7.1)',
      defaultPort: 8123,
      // Poco's strict mode.
      callers: { ...ownHttps.callers, sourceAddress: 'always' },
      certificateReload: 'restart',
      caReload: 'restart',
      probe: { protocol: 'http', path: '/', accept: 'any' },
      questions: {},
      calledBy: ['tiup', 'agent'],
    },
  ],
  locate: (values, scheme, proxy) => {
    const reported =
      firstString(values, ['flash.proxy.advertise-addr', 'flash.service_addr']) ??
      firstString(proxy, ['server.advertise-addr']);
    const host = dialable(parseAddress(reported?.value ?? '')?.host ?? '');
    const grpc = locatePort(values, ['flash.service_addr'], { host, port: 3930 }, scheme);
    const metricsPort = values.port('status.metrics_port');
    const plainMetrics = values.boolean('status.disable_metrics_tls')?.value === true;
    const metrics = locatePort(
      undefined,
      [],
      { host, port: metricsPort?.value ?? 8234 },
      plainMetrics ? 'http' : scheme,
    );
    const at = (server: readonly string[], agent: readonly string[], port: number) =>
      locatePort(
        firstString(values, agent) === undefined ? proxy : values,
        firstString(values, agent) === undefined ? server : agent,
        { host, port },
        scheme,
      );
    const httpsPort = values.port('https_port');
    return portLocations({
      grpc,
      metrics: metrics && metricsPort ? { ...metrics, origin: metricsPort.origin } : metrics,
      proxy: at(['server.advertise-addr', 'server.addr'], ['flash.proxy.advertise-addr', 'flash.proxy.addr'], 20170),
      status: at(
        ['server.advertise-status-addr', 'server.status-addr'],
        ['flash.proxy.advertise-status-addr', 'flash.proxy.status-addr'],
        20292,
      ),
      http:
        httpsPort === undefined
          ? undefined
          : { address: { host, port: httpsPort.value }, origin: httpsPort.origin, scheme: 'https' },
    });
  },
};
