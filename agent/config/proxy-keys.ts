import type { ConfigKey } from './key.js';

/** What `[[proxy]]` takes, and the flags of `proxy` by the same names. */
export const proxyTable = {
  name: {
    type: 'string',
    default: 'none',
    example: '"tidb-status"',
    meaning: 'label of its metrics and log lines; else `listen`',
  },
  mode: {
    type: 'string',
    default: 'required',
    example: '"terminate"',
    meaning: '`terminate`: mutual TLS comes in; `originate`: it goes out',
  },
  listen: {
    type: 'string',
    default: 'required',
    example: '"10.0.1.1:11080"',
    meaning: '`host:port`, `unix:/path` or `systemd:name`',
  },
  target: {
    type: 'string or strings',
    default: 'required',
    example: '"127.0.0.1:10080"',
    meaning: '`host:port` or `unix:/path`; of several the first that answers',
  },
  'ca-path': {
    type: 'path',
    default: 'required',
    example: '"tls/ca.crt"',
    meaning: 'the CA of those who come in, or of the server',
  },
  'cert-path': {
    type: 'path',
    default: 'required',
    example: '"tls/tidb.crt"',
    meaning: 'certificate, looked at for every connection',
  },
  'key-path': { type: 'path', default: 'required', example: '"tls/tidb.pem"', meaning: 'its key' },
  'reload-ca': { type: 'boolean', default: 'false', example: 'true', meaning: 'take a changed CA file with the pair' },
  'allow-cn': {
    type: 'strings',
    default: '[]',
    example: '["Prometheus"]',
    meaning: 'who is let in, by Common Name, exactly',
    mode: 'terminate',
  },
  'allow-san': {
    type: 'strings',
    default: '[]',
    example: '["prometheus.example.com"]',
    meaning: 'who is let in, by DNS name, IP address or URI of the SANs',
    mode: 'terminate',
  },
  'allow-ou': {
    type: 'strings',
    default: '[]',
    example: '["Monitoring"]',
    meaning: 'who is let in, by organizational unit',
    mode: 'terminate',
  },
  'allow-all': {
    type: 'boolean',
    default: 'false',
    example: 'true',
    meaning: 'let in every certificate of the CA; not beside a list',
    mode: 'terminate',
  },
  'verify-cn': {
    type: 'strings',
    default: '[]',
    example: '["TiDB-Server"]',
    meaning: "the server's Common Name, besides its host name",
    mode: 'originate',
  },
  'verify-san': {
    type: 'strings',
    default: '[]',
    example: '["tidb.example.com"]',
    meaning: 'one of its SANs, besides its host name',
    mode: 'originate',
  },
  'target-tls': {
    type: 'boolean',
    default: 'false',
    example: 'true',
    meaning: 'terminate: fresh mutual TLS to the target; originate always does',
  },
  'server-name': {
    type: 'string',
    default: 'none',
    example: '"tidb.example.com"',
    meaning: "the name of the target's certificate, where it is not its host; needs TLS to the target",
  },
  alpn: {
    type: 'strings',
    default: '[]',
    example: '["h2"]',
    meaning: 'protocols that TLS agrees on, `["h2"]` for gRPC',
  },
  'handshake-timeout': { type: 'duration', default: '"10s"', example: '"5s"', meaning: 'how long TLS may take' },
  'connect-timeout': { type: 'duration', default: '"10s"', example: '"5s"', meaning: 'how long the target may take' },
  'idle-timeout': {
    type: 'duration',
    default: 'none',
    example: '"30m"',
    meaning: 'ends a connection silent for so long; left out: never',
  },
  'max-connections': {
    type: 'integer',
    unit: 'connections',
    default: '10000',
    example: '500',
    meaning: 'connections at a time; more wait',
  },
  'proxy-protocol-in': {
    type: 'boolean',
    default: 'false',
    example: 'true',
    meaning: 'expect a PROXY header (version 2) before TLS',
  },
  'proxy-protocol-out': {
    type: 'boolean',
    default: 'false',
    example: 'true',
    meaning: 'send one to the target, with the Common Name',
  },
} as const satisfies Readonly<Record<string, ConfigKey>>;

export type ProxyKey = keyof typeof proxyTable;
