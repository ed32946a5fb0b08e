/** The proxy's metrics; `aggregator` combines those of several workers, by their sum where there is none. */
export const proxyDefinitions = {
  accepted: {
    name: 'tidb_mtls_proxy_connections_total',
    type: 'counter',
    help: 'TCP connections accepted.',
    labels: ['listener'],
    when: 'for each listener, from its start',
  },
  open: {
    name: 'tidb_mtls_proxy_connections_open',
    type: 'gauge',
    help: 'Connections that are established now, on both sides.',
    labels: ['listener'],
    when: 'for each listener, from its start',
  },
  rejected: {
    name: 'tidb_mtls_proxy_rejections_total',
    type: 'counter',
    help: 'Connections that were closed before they were established on both sides, by reason.',
    labels: ['listener', 'reason'],
    when: 'for each listener and reason, from its start',
  },
  bytes: {
    name: 'tidb_mtls_proxy_bytes_total',
    type: 'counter',
    help: 'Bytes forwarded by closed connections, from the client (sent) and to the client (received).',
    labels: ['listener', 'direction'],
    when: 'for each listener, from its start',
  },
  setup: {
    name: 'tidb_mtls_proxy_setup_seconds',
    type: 'histogram',
    help: 'Time from accepting a connection to forwarding its bytes: handshakes and the connection to the target.',
    labels: ['listener'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    when: 'for each listener, from its first connection',
  },
  lifetime: {
    name: 'tidb_mtls_proxy_connection_seconds',
    type: 'histogram',
    help: 'Duration of closed connections.',
    labels: ['listener'],
    buckets: [0.01, 0.1, 1, 10, 60, 600, 3600, 86_400],
    when: 'for each listener, from its first connection',
  },
  version: {
    name: 'tidb_mtls_proxy_credential_version',
    type: 'gauge',
    help: 'Version of the certificate and key that new connections use, counted from 1 at the start.',
    labels: ['listener'],
    aggregator: 'max',
    when: 'for each listener of mode terminate, from its first connection',
  },
  acceptErrors: {
    name: 'tidb_mtls_proxy_accept_errors_total',
    type: 'counter',
    help: 'Connections that could not be accepted, for example without free file descriptors.',
    labels: ['listener'],
    when: 'for each listener, from its start',
  },
} as const;

/** Metrics of the parent process about its workers. */
export const workerDefinitions = {
  workers: {
    name: 'tidb_mtls_proxy_workers',
    type: 'gauge',
    help: 'Workers that answered this scrape in time (answering) or not (silent; their last metrics are used).',
    labels: ['state'],
    when: 'with --workers, always',
  },
  restarts: {
    name: 'tidb_mtls_proxy_worker_restarts_total',
    type: 'counter',
    help: 'Workers that exited and were started again.',
    labels: [],
    when: 'with --workers, always',
  },
} as const;
